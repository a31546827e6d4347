"""Domains of email addresses: their normal form, and those where anybody can have a mailbox."""

import re

from omnidesk.text.addresses import normal_email

_DOMAIN = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])")

PUBLIC = frozenset(
    """
    126.com 163.com aol.com arcor.de att.net bk.ru bluewin.ch bol.com.br btinternet.com charter.net comcast.net
    cox.net daum.net duck.com email.cz email.com fastmail.com fastmail.fm foxmail.com free.fr freemail.hu freenet.de
    gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com hotmail.be hotmail.co.uk
    hotmail.com hotmail.com.tr hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.com inbox.ru
    interia.pl juno.com laposte.net libero.it list.ru live.co.uk live.com live.de live.fr live.nl mac.com mail.com
    mail.ru mailbox.org me.com msn.com mynet.com naver.com nate.com o2.pl online.de orange.fr outlook.com
    outlook.com.tr outlook.de outlook.es outlook.fr pm.me posteo.de posteo.net proton.me protonmail.ch protonmail.com
    qq.com rambler.ru rediffmail.com rocketmail.com sbcglobal.net seznam.cz sfr.fr sina.com sky.com superonline.com
    t-online.de tiscali.it ttmail.com tuta.com tutanota.com uol.com.br verizon.net virgilio.it wanadoo.fr web.de
    windowslive.com wp.pl ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.br yahoo.com.tr
    yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com yandex.com.tr yandex.ru yeah.net ymail.com zoho.com
    """.split()  # noqa: SIM905 - a list of a hundred lines says no more
)
"""Mail hosts for everybody: who writes from there belongs to nobody by that."""


def normal_domain(text: str) -> str | None:
    """A domain in lower case and ASCII (IDNA), also from an address or a link; None when it can't be one."""
    plain = re.sub(r"^\s*(?:https?://)?(?:www\.)?", "", text, flags=re.IGNORECASE).partition("/")[0]
    return domain_of(f"x@{plain.rpartition('@')[2]}")


def domain_of(address: str) -> str | None:
    """The domain of an email address; None for an address of another kind."""
    local, at, domain = normal_email(address).rpartition("@")
    return domain if local and at and _DOMAIN.fullmatch(domain) else None
