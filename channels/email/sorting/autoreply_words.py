"""How automatic answers begin, in folded text (`glance.folded`)."""

import re

from channels.email.sorting.glance import phrases

_REPLIES = phrases("""
    Automatic reply | Automatic response | Auto reply | Auto-reply | Autoreply | Auto response | Auto-response
    Autoresponse | Autoresponder | Auto responder | Auto-responder | Automated reply | Automated response
    AutoReply | Out of Office AutoReply | Out of office auto-reply | Out of Office Reply | Out-of-Office Message
    Vacation reply | Out of office automatic reply | Vacation autoreply | [Auto-Reply] | [Auto]
    Automatic acknowledgement | Automatic acknowledgment | Out of office response | Away from office autoreply
    Otomatik yanıt | Otomatik cevap | Oto cevap | Oto yanıt | Ofis dışı otomatik | İş yeri dışında otomatik
    Ofis dışında otomatik | Otomatik e-posta yanıtı | Automatische Antwort | Automatische Rückantwort
    Abwesenheitsnotiz | Abwesenheitsmeldung | Abwesenheitsassistent | Automatische Abwesenheitsnotiz
    Automatische Eingangsbestätigung | Autoantwort | Auto-Antwort | Automatische E-Mail-Antwort
    Abwesenheitsagent | Automatische Empfangsbestätigung | Réponse automatique | Réponse d'absence
    Message d'absence | Notification d'absence | Absence du bureau : | Absence du bureau: | Respuesta automática
    Respuesta automatica | Contestación automática | Auto-respuesta | Respuesta de ausencia | Aviso de ausencia
    Autorespuesta | Risposta automatica | Risposta autom | Avviso di assenza | Notifica di assenza
    Resposta automática | Resposta automatica | Aviso de ausência | Auto-resposta | Automatisch antwoord
    Automatische reactie | Afwezigheidsmelding | Automatische afwezigheidsmelding | Afwezigheidsassistent
    Autoreactie | Automatyczna odpowiedź | Odpowiedź automatyczna | Autoodpowiedź | Autoresponder:
    Nieobecność w biurze | Informacja o nieobecności | Automatyczne potwierdzenie | Автоматический ответ
    Автоответ | Автоответчик | رد تلقائي | الرد التلقائي | الرد الآلي | رد آلي | إجابة تلقائية | خارج المكتب:
    Automatiskt svar | Automatisk svar | Autosvar | Automaattinen vastaus | Automatická odpověď
    Automatikus válasz | Αυτόματη απάντηση | Răspuns automat | Automatski odgovor | Автоматична відповідь | 自动答复
    自动回复 | 自動応答 | 자동 회신 | 自動回覆 | Frånvaromeddelande | Poissaoloviesti | Resposta automàtica
    Afwezigheidsbericht
""")
_NOTICES = phrases("""
    Automated message | Otomatik ileti | Otomatik mesaj | Otomatik bilgilendirme | Abwesenheitsbenachrichtigung
    Message automatique | Accusé de réception automatique | Mensaje automático | Acuse de recibo automático
    Messaggio automatico | Mensagem automática | Automatisch bericht | Wiadomość automatyczna
    Автоматическое уведомление | Автоматическое сообщение | Return receipt | Read receipt | Read-Receipt
    Okundu bilgisi | Lesebestätigung | Accusé de lecture | Confirmación de lectura | Conferma di lettura
    Confirmação de leitura | Leesbevestiging | Potwierdzenie odczytu | Delivery receipt
    Accusé de réception (affiché)
""")
_FIRST_PERSON = phrases("""
    I am out of | I'm out of | I am away | I'm away | Currently out of | Ofiste değil | Ofiste yok | İzindeyim
    Tatildeyim | Ofiste bulunm | Şu anda ofiste değil | Raporluyum | Şehir dışındayım | Yurt dışındayım | Bin nicht im
    Je suis absent | Estoy fuera | Sono assente | Estou ausente | Jestem poza | Nie ma mnie | Я в отпуске
    Я отсутствую | Меня нет | I am on vacation | I'm on vacation | I am on leave | I'm on leave | Ich bin im Urlaub
    Ich bin nicht | Ich bin abwesend | Jestem na urlopie | I am currently | I'm currently | Ich bin bis | Ich bin ab
    Ich bin vom | Ich bin derzeit | Je suis en vacances | Je suis en congé | Je suis actuellement | Отсутствую
    أنا خارج المكتب | أنا في إجازة | Yıllık izindeyim
""")
_PLACES = phrases("""
    Out of office | Out of the office | Out-of-office | Away from office | Away from the office
    Away from my mail | Away from my email | Away until | Out until | Not in the office | Office closed
    Ofis dışı | İş yeri dışında | İşyeri dışında | İzin bildirimi | Nicht im Büro | Außer Haus | Im Urlaub
    Hors du bureau | Absence du bureau | Fuera de la oficina | Fuera de oficina | Fuori sede | Fuori ufficio
    Assenza dall'ufficio | Fora do escritório | Ausência do escritório | Ausente do escritório | Niet op kantoor
    Buiten kantoor | Poza biurem | Нет на месте | Вне офиса | خارج المكتب | خارج مكتبي | On vacation until
    On leave until | On holiday until | On leave | Away | Abwesenheit | Abwesend | Absent | Absente | En congé
    En vacances | Ausente | De vacaciones | Assente | In ferie | De férias | Afwezig | Afwezigheid | Niet aanwezig
    Op vakantie | Met vakantie | Nieobecny | Nieobecna | Nieobecność | Na urlopie | В отпуске | في إجازة | غائب
    İzinde | OOO | OOF | On vacation | On holiday | On annual leave | Yıllık izindeyim
""")
_NOUNS = phrases("""
    Annual leave | Vacation | Absence | Maternity leave | Parental leave | Urlaub | Congés | Ausencia
    No disponible | Assenza | Ferie | Ausência | Férias | Vakantie | Urlop | Отпуск | Отсутствие | إجازة
    Yıllık izin | Doğum izni | Vacances
""")
"""Only where nothing else is said, or a colon follows: people ask for leave under these words."""
_RECEIVED = phrases("""
    Your request has been | Your message has been | Your email has been received | Your enquiry has been
    Your inquiry has been | Thank you for contacting | Thanks for contacting | Thanks for reaching out
    Request received | Ticket received | Ticket created | New ticket created | Case created
    Confirmation of receipt | Receipt confirmation | Support request received | Talebiniz alın | Talebiniz bize ulaş
    Mesajınız alın | Mesajınız bize ulaş | Başvurunuz alın | E-postanız alın | E-postanız bize ulaş | İletiniz alın
    İletiniz bize ulaş | Mailiniz alın | Şikayetiniz alın | Talebiniz oluştur | Kaydınız oluştur
    Bize ulaştığınız için | Bildiriminiz alın | Eingangsbestätigung | Empfangsbestätigung | Ihre Anfrage ist
    Ihre Nachricht ist | Ihre Anfrage wurde | Bestätigung Ihrer Anfrage | Accusé de réception | Votre demande a
    Votre message a bien | Confirmation de réception | Acuse de recibo | Su solicitud ha | Confirmación de recepción
    Gracias por contactar | Conferma di ricezione | A sua mensagem foi | Sua mensagem foi | Confirmação de rece
    Ontvangstbevestiging | Bevestiging van ontvangst | Potwierdzenie otrzymania | Potwierdzenie przyjęcia
    Twoje zgłoszenie | Ваше обращение | Ваша заявка | Подтверждение получения | لقد استلمنا | تم استلام | تلقينا
    شكرا لتواصل
""")
_THANKS = phrases("""
    Thank you for your email | Thank you for your message | Thank you for your enquiry | Thank you for your inquiry
    Thank you for your request | Thanks for your message | Thank you for writing | Mesajınız için teşekkür
    Vielen Dank für Ihre | Danke für Ihre | Gracias por su | Grazie per | Obrigado pelo | Obrigado por
    Bedankt voor | Dziękujemy za | Спасибо за | Wir haben Ihre | Destek talebiniz | Acknowledgement | Acknowledgment
    We have received your | We've received your | We received your | Nous avons bien reçu | Hemos recibido
    Abbiamo ricevuto | Recebemos | Wij hebben uw | We hebben uw | We hebben je | Otrzymaliśmy | Мы получили
    شكرا لك على | Ваше письмо | Ваш запрос | Ihre E-Mail | La tua richiesta | La sua richiesta
""")
"""Customers write these as well; the text must speak as an office does."""
_BEFORE = r"(?:\[[^\]]{0,40}\] ?|\(?#\d{1,12}\)? ?|\*+ ?|ext: ?|auto: ?)*+"
_NAME = r"(?:[^\W\d_][\w.', -]{1,60} (?:(?:is|ist|est|esta|e|jest) (?:currently |derzeit |actuellement )?)?)?"
_GOES_ON = (
    r"\w*(?=\s*$|\s*[^\w\s]| (?:re|until|till|from|through|bis|vom|ab|jusqu|du|hasta|del|desde|fino|dal|ate|tot|van)\b)"
)
SUBJECTS = re.compile(rf"(?:{_BEFORE}|\[)(?:{_REPLIES}|{_NOTICES})(?: ?[:：!)\]]| ?[-–—]+ | ?\()")
"""Subjects that only programs have. What goes on as a sentence (`Automatic reply does not work`) is a person's."""
BARE_SUBJECTS = re.compile(rf"{_BEFORE}(?:{_REPLIES})\W*$")
"""The same without anything behind; under these people ask how it is done."""
ABSENT_SUBJECTS = re.compile(rf"{_BEFORE}(?:{_REPLIES}|{_FIRST_PERSON}|{_NAME}(?:{_PLACES}){_GOES_ON})")
"""Subjects that people have too; the text must go with them."""
NOUN_SUBJECTS = re.compile(rf"{_BEFORE}(?:{_NOUNS}){_GOES_ON}")
"""Subjects under which people ask for leave."""
RECEIVED_SUBJECTS = re.compile(
    rf"{_BEFORE}(?:{_REPLIES}|{_NOTICES}|{_RECEIVED}|{_THANKS}|ticket \S{{1,20}} (?:created|received|opened))"
)
"""Subjects of acknowledgements, which customers write as well."""
SUFFIX = re.compile(r"\((?:automatic|automated|auto)[ -]?(?:response|reply)\)$")
"""How a subject ends that a program answers."""

ABSENT = re.compile(
    r"\b(?:am|i'm|be|is|are|we're|currently) (?:currently |now |also )?"
    r"(?:out of (?:the )?office|out of town|away\b|unavailable|not in the office|out (?:until|till|from)\b)|"
    r"\b(?:am|i'm|be|is|are|we're|currently) (?:currently |now |also )?on (?:[a-z]+ )?(?:vacation|holidays?|leave)|"
    + phrases("""
    i return | travelling | traveling | i'm ooo | am ooo
    limited access to | no access to | office is closed | will return on | will be back | our offices are closed
    no longer work | ofis dışında | ofiste değil | izindeyim | izinde olacağ | tatildeyim | iş yeri dışında
    ofiste bulunm | ofiste olmayac | izne ayrıl | raporluyum | e-postalarıma | nicht im Büro | außer Haus
    im Urlaub | abwesend | nicht erreichbar | wieder erreichbar | wieder im Büro | zurück am | keinen Zugriff
    absent | en congé | en vacances | de retour le | hors du bureau | mon absence | fuera de la oficina
    estoy ausente | de vacaciones | estaré ausente | estaré fuera | ausente hasta | mi ausencia | fuori ufficio
    fuori sede | assente | in ferie | sarò di ritorno | rientrerò | mia assenza | fora do escritório | ausente
    de férias | estarei fora | estarei de volta | minha ausência | afwezig | niet aanwezig | niet op kantoor
    op vakantie | met vakantie | weer aanwezig | ben ik terug | buiten kantoor | nieobecn | na urlopie | poza biurem
    wracam | będę dostępn | nie ma mnie | в отпуске | отсутству | вне офиса | буду на месте | вернусь
    меня не будет | меня нет | خارج المكتب | في إجازة | سأعود | غير متواجد | غائب | izinliyim | yıllık izindeyim
    şehir dışındayım | yurt dışındayım | doğum iznindeyim | izinde olduğum | ofiste değilim | meiner Abwesenheit
"""))  # fmt: skip
"""What an absent person has their program say."""
OFFICE = re.compile(phrases("""
    a member of our team | our team will | within 48 hours | within one business day | do not reply
    your ticket number | ticket number is | case number is | request number is | reference number is | ticket id
    will get back to you | ekibimiz | talep numaranız | takip numaranız | kayıt numaranız | yanıtlamayın
    cevaplamayın | size dönüş | melden uns | Ihre Ticketnummer | Ihre Vorgangsnummer | nicht auf diese
    nous vous répondrons | ne pas répondre | le responderemos | nos pondremos en contacto | no responda
    le risponderemo | non rispondere | responderemos | não responda | wij antwoorden | wij nemen | niet beantwoorden
    odpowiemy | nie odpowiadać | не отвечайте | номер обращения | سنرد | will respond
    will answer your | ticket number | has been assigned | dönüş yapıl | dönüş yapaca | dönüş sağlan
    dönüş sağlay | değerlendirilecek | ulaşacağız | iletişime geçilecek | en kısa sürede dönüş yapılacak
    cevaplamayınız | wir antworten | numéro de demande | número de solicitud | numero di pratica
    se pondrá | this mailbox is not monitored | within 24 hours
    we will reply | we will respond | we will answer | we will get back | we'll get back | we'll reply
    wir werden uns | wir werden ihre | wir werden sie | мы ответим в ближайшее | ответим вам в ближайшее
"""))  # fmt: skip
"""What only an office says."""
DATED = re.compile(r"\b(?:bis|do|au|tot|ate|till|through|до) \d|" + phrases("""
    until | kadar | tarihleri arasında | bis zum | bis einschließlich | bis montag | jusqu | hasta | fino al | até
    do dnia | حتى
"""))  # fmt: skip
"""How they say until when."""
RETURNING = re.compile(phrases("""
    back on | be back | return on | i return | my return | will respond | will reply | will answer
    immediate assistance | emergency | in my absence | limited access | no access | please contact | döndüğümde
    dönüşümde | iletişime geç | acil | erişimim | dönene | yanıtlayacağım | dringend | wieder im | wieder erreichbar
    wieder da | zurück | meiner abwesenheit | nicht weitergeleitet | vertretung | de retour | urgence | mon absence
    mon retour | urgente | regreso | acceso limitado | al mio rientro | urgenz | rientr | di ritorno | regresso
    de volta | terug | dringende | weer aanwezig | wracam | piln | po powrocie | вернусь | срочн | возвращени
    سأعود | عاجل | urgent matter | urgent request | urgent issue | urgent inquir | urgent enquir | is urgent
    urgently | will not return | will return
"""))  # fmt: skip
"""What an absent person's program adds, and a person who speaks of leave to us rarely does."""
_BEGIN = r"^\W{0,6}(?:(?:note|not|hinweis|remarque|nota|let op|uwaga)\W{1,3})?"
AUTOMATIC = re.compile(_BEGIN + r"(?:(?:automated|automatic|auto) (?:response|reply)\W{0,6}$|" + phrases("""
    this is an automatic reply | this is an automated reply | this is an automatic response | this is an auto-reply
    this is an automated response | this is an auto reply | this is an autoreply | this is an auto-response
    this is an automatically generated | this is an automated message | this is an automatic message | auto-reply:
    this is an auto-generated | this is an automated email | this is an automatic email
    this message is generated auto | this is an automated acknowledg | this message was generated automatically
    this email is automatically generated | this is an automatically-generated | automated reply | automatic reply:
    this email was automatically generated | bu otomatik bir | bu bir otomatik | bu mesaj otomatik
    bu ileti otomatik | bu e-posta otomatik | bu mail otomatik | bu yanıt otomatik | bu cevap otomatik
    bu, otomatik | otomatik yanıt: | otomatik yanıttır | otomatik cevaptır | dies ist eine automatisch
    diese nachricht wurde automatisch | diese e-mail wurde automatisch | dies ist ein automat
    diese antwort wurde automatisch | automatische antwort | ceci est une réponse automatique
    ceci est un message automatique | ce message est envoyé automatiquement
    ce message a été envoyé automatiquement | cet e-mail est généré automatiquement
    esta es una respuesta automática | este es un mensaje automático | este mensaje ha sido generado automáticamente
    este correo ha sido generado automáticamente | questa è una risposta automatica
    questo è un messaggio automatico | messaggio generato automaticamente | esta é uma resposta automática
    esta é uma mensagem automática | esta mensagem foi gerada automaticamente | dit is een automatisch
    dit bericht is automatisch | deze e-mail is automatisch | to jest automatyczna
    ta wiadomość została wygenerowana automatycznie | wiadomość wygenerowana automatycznie
    wiadomość została wygenerowana automatycznie | это автоматический ответ | это автоматическое
    это письмо отправлено автоматически | это письмо сгенерировано автоматически
    this is the only notification you will receive while
    данное письмо сформировано автоматически | هذا رد تلقائي | هذه رسالة تلقائية | هذا رد آلي
""") + ")", re.MULTILINE)  # fmt: skip
"""A line that begins by saying a program wrote it."""
