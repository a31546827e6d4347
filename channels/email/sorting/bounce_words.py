"""How mail servers and providers say that a mail came back, in folded text (`glance.folded`)."""

import re

from channels.email.sorting.glance import phrases

SUBJECTS = re.compile(
    r"(?:\[[^\]]{1,40}\]|\W|warning: ?|uyari: ?|automatic message: ?)*+(?:" + phrases("""
        Undelivered | Undeliverable | Undeliver | Delivery Status | Delivery failure | Delivery failed
        Delivery has | Delivery notification | Delivery report | Delivery delayed | Delivery delay
        Delivery incomplete | Delivery problem | Delivery error | Mail delivery | Mail System Error | Returned mail
        Returned to sender | Failure notice | Failure notification | Mail failure | Mail not delivered
        Mail could not be delivered | Message not delivered | Message undeliverable | Message delayed
        Message delivery | Message status | Message blocked | Message you sent blocked | Message rejected
        Message could not be delivered | Nondeliverable | Non-delivery | Non delivery | Nondelivery | Not delivered
        Delayed mail | Delayed delivery | Could not send message | Message could | Email delivery | E-mail delivery
        Email could not be delivered | Error delivering | Error sending | Permanent delivery | Permanent error
        Permanent failure | Temporary failure | Your message couldn't be delivered
        Your message could not be delivered | Your email could not be delivered | Your message to
        Your message wasn't delivered | Unable to deliver | Undelivered mail | Problem delivering
        Address not found | Unknown address | Recipient not found | Mailbox full | User unknown
        Notification d'état | Returned Message | Return to sender | Returned email | Bounce notification
        Unzustellbar | Nicht zugestellt | Message 1 | Mail delayed | Report delivery | DELIVERY FAILURE
        Rejected mail | Blocked mail | Mail Rejected | Automatically rejected | Teslim edilemedi | Teslim edilemeyen
        Teslim edilmedi | Teslim gecik | Teslimat gecik | Teslimat durumu | Teslim durumu | Teslimat başarısız
        Teslimat hatası | İletilemedi | İletilemeyen | Ulaştırılamadı | Gönderilemedi | Mesajınız iletilemedi
        Mesajınız teslim edilemedi | İletiniz teslim edilemedi | İleti teslim edilemedi | Geri dönen
        Teslimi geciken | İleti gönderilemedi | E-posta iletilemedi | E-postanız teslim edilemedi
        E-posta teslim edilemedi | Teslimat bildirimi | Posta teslim | Geciken teslimat | Gecikti:
        Adres bulunamadı | Nicht zustellbar | Unzustellbare | Zustellung fehlgeschlagen | Zustellungsfehler
        Zustellfehler | Zustellung | Verzögerung | Verzögerte | Benachrichtigung zum Übermittlungsstatus
        Nachricht nicht zugestellt | Unzustell | E-Mail nicht zugestellt | Nachricht konnte nicht zugestellt
        Mail nicht zugestellt | Ihre Nachricht an | Non remis | Non distribu | Échec de | Échec d'envoi
        Remise différée | Remise retardée | Courrier non remis | Message non remis | Message non distribué
        Notification d'échec | Retard de remise | Retardé | Votre message n'a pas | Livraison retardée
        Avis de non-remise | Non délivr | No se puede entregar | No se pudo entregar | No entregado
        No se ha podido entregar | Entrega retrasada | Notificación de estado de entrega | Error de entrega
        Error en la entrega | Correo no entregado | Devuelto | Mensaje no entregado | Fallo en la entrega
        Correo devuelto | Entrega fallida | Retrasado | Non recapitabile | Mancato recapito | Mancata consegna
        Notifica di mancat | Notifica sullo stato | Ritardat | Recapito ritardato | Impossibile recapitare
        Consegna non riuscita | Messaggio non recapitat | Posta non | Messaggio non consegnat | Errore di consegna
        Consegna ritardata | Avviso di mancata consegna | Não é possível entregar | Não foi possível entregar
        Não entregue | Falha na entrega | Entrega atrasada | Mensagem não entregue
        Notificação de status de entrega | E-mail não entregue | Falha de entrega | Atrasad | Devolvido
        Entrega adiada | Onbestelbaar | Niet bezorgd | Bezorging | Kan niet worden bezorgd | Niet afgeleverd
        Bericht niet bezorgd | Aflevering | Vertraagd | Niet te bezorgen | Bericht kan niet | Niedostarcz
        Nie można dostarczyć | Nie dostarczono | Dostarczenie opóźnione | Opóźnienie dostarczenia
        Powiadomienie o stanie dostarczenia | Wiadomość niedostarczona | Zwrot wiadomości | Nie udało się dostarczyć
        Błąd dostarczenia | Opóźnione | Wiadomość nie została dostarczona | Dostarczenie nie powiodło się
        Не удается доставить | Не удалось доставить | Недоставлен | Не доставлен | Доставка | Ошибка доставки
        Уведомление о состоянии доставки | Сообщение не доставлено | Письмо не доставлено | Задержка доставки
        Отложена | Возвращен | Невозможно доставить | Недоставка | تعذر التسليم | تعذر تسليم | غير قابل للتسليم
        لم يتم تسليم | فشل تسليم | فشل التسليم | تأخر التسليم | تأخير التسليم | تم تأخير | إشعار حالة التسليم
        لم يتم التسليم | غير مسلمة | Olevererbart | Kan ikke leveres | Går inte att leverera | Nelze doručit
        Kézbesíthetetlen | 退信 | 系统退信 | 配信不能
    """) + ")",
)  # fmt: skip
"""How their subjects begin; after `Re:` or `Fwd:` it is a person who writes about one."""

OPENINGS = re.compile(phrases("""
    this is the qmail-send program | this is the mail system at | this is the mail delivery | this is the postfix
    created automatically by mail delivery software | this report relates to a message you sent
    mail delivery agent | did not reach some or all | did not reach the following
    delivery has failed to these recipients | had permanent | could not be delivered | couldn't be delivered
    wasn't delivered | was not delivered | not be delivered | has not been delivered | hasn't been delivered
    not delivered to | unable to deliver | cannot be delivered | delivery to the following recipient
    delivery failed | delivery failure | unable to send your message | address not found | message blocked
    message not delivered | delivery incomplete | recipient inbox full | your message could not
    wasn't able to deliver | undelivered message | undeliverable | was undeliverable | this is a permanent error
    permanent fatal errors | could not deliver | were not delivered | failed to deliver
    an error occurred while trying to deliver | the original message was received at | unable to relay
    has been delayed | not yet been delivered | transient non-fatal errors | transient error | warning message only
    delivery is delayed | delivery delayed | experiencing delays | has been rejected | automatically rejected
    was rejected | was blocked | returned to you | returned to sender | returned below | bounced
    delivery to these recipients | returning | failed recipients | requested action not taken | has been postponed
    mail server permanently rejected | user unknown | unknown user | no such user | following recipients
    teslim edilemedi | teslim edilemiyor | iletilemedi | iletilememiştir | ulaştırılamadı | teslim edilmedi
    teslim edilememiştir | gönderilemedi | teslimat başarısız | alıcıya ulaşmadı | teslimi gecikti | gecikti
    adres bulunamadı | ulaşmadı | teslimatı | nicht zugestellt | konnte nicht | fehlgeschlagen | wurde nicht
    keine zustellung | unzustellbar | verzögert | n'a pas pu être | n'a pas été remis | échec de | non remis
    pas été distribué | impossible de remettre | no se pudo entregar | no se ha podido entregar | no ha podido
    error en la entrega | no pudo ser entregado | no se entregó | no se puede entregar | non è stato recapitato
    impossibile recapitare | non è stato possibile | non consegnato | mancata consegna | não pôde ser entregue
    não foi entregue | não foi possível entregar | falha na entrega | niet bezorgd | niet worden bezorgd
    niet worden afgeleverd | kon niet | bezorging | nie została dostarczona | nie można dostarczyć
    nie mogła zostać dostarczona | nie udało się dostarczyć | не было доставлено | не может быть доставлено
    не удалось доставить | не доставлено | не удается доставить | невозможно доставить | было отложено | تعذر تسليم
    لم يتم تسليم | فشل تسليم | تعذر التسليم | فشل التسليم
"""))  # fmt: skip
"""What stands at their beginning."""

DELAYED = re.compile(phrases("""
    delay | still being retried | warning: message | warning: could not send | incomplete | not yet been | gecik
    verzöger | retard | remise différée | retras | ritard | atras | adiada | vertraag | opóźn | отложен | задержк
    تأخ | تاخ
"""))  # fmt: skip
"""Words of a subject that promise another try."""

STILL_TRYING = re.compile(phrases("""
    still being retried | will be retried | will retry for | will continue to be attempted | will continue trying
    warning message only | do not need to resend | don't need to resend | need not resend | no action is required on
    continue to try | will keep trying | keep trying to deliver | has not yet been delivered
    not been delivered yet | we will try to deliver | not yet been delivered | will try to send it again
    will try again | is being delayed | attempts will continue | tekrar denenecek | yeniden denenecek | denemeye devam
    yeniden göndermeniz gerekmez | weitere zustellversuche | weiterhin versucht | weitere versuche
    nouvelles tentatives | sera retenté | se seguirá intentando | volverá a intentar
    verranno effettuati ulteriori tentativi | continuará tentando | blijven proberen | kolejne próby
    будут продолжены | попытки доставки будут
"""))  # fmt: skip
