"""How automatic answers begin, in folded text (`glance.folded`)."""

import re

from channels.email.glance import phrases

_STRONG = phrases("""
    Automatic reply | Automatic response | Auto reply | Auto-reply | Autoreply | Auto response | Auto-response
    Autoresponse | Autoresponder | Auto responder | Auto-responder | Automated reply | Automated response
    AutoReply | Out of Office AutoReply | Out of office auto-reply | Out of Office Reply | Out-of-Office Message
    Vacation reply | Out of office automatic reply | Vacation autoreply | [Auto-Reply] | [Auto]
    Automated message | Automatic acknowledgement | Automatic acknowledgment | Out of office response
    Away from office autoreply | Otomatik yanıt | Otomatik cevap | Otomatik ileti | Otomatik mesaj | Oto cevap
    Oto yanıt | Otomatik bilgilendirme | Ofis dışı otomatik | İş yeri dışında otomatik | Ofis dışında otomatik
    Otomatik e-posta yanıtı | Automatische Antwort | Automatische Rückantwort | Abwesenheitsnotiz
    Abwesenheitsmeldung | Abwesenheitsassistent | Automatische Abwesenheitsnotiz | Automatische Eingangsbestätigung
    Autoantwort | Auto-Antwort | Abwesenheitsbenachrichtigung | Automatische E-Mail-Antwort | Abwesenheitsagent
    Automatische Empfangsbestätigung | Réponse automatique | Message automatique | Réponse d'absence
    Message d'absence | Notification d'absence | Accusé de réception automatique | Absence du bureau :
    Absence du bureau: | Respuesta automática | Respuesta automatica | Contestación automática | Mensaje automático
    Auto-respuesta | Respuesta de ausencia | Aviso de ausencia | Autorespuesta | Acuse de recibo automático
    Risposta automatica | Messaggio automatico | Risposta autom | Avviso di assenza | Notifica di assenza
    Resposta automática | Mensagem automática | Resposta automatica | Aviso de ausência | Auto-resposta
    Automatisch antwoord | Automatische reactie | Automatisch bericht | Afwezigheidsbericht | Afwezigheidsmelding
    Automatische afwezigheidsmelding | Afwezigheidsassistent | Autoreactie | Automatyczna odpowiedź
    Odpowiedź automatyczna | Autoodpowiedź | Autoresponder: | Wiadomość automatyczna | Nieobecność w biurze
    Informacja o nieobecności | Automatyczne potwierdzenie | Автоматический ответ | Автоответ
    Автоматическое уведомление | Автоответчик | Автоматическое сообщение | رد تلقائي | الرد التلقائي | الرد الآلي
    رد آلي | إجابة تلقائية | خارج المكتب: | Automatiskt svar | Automatisk svar | Autosvar | Automaattinen vastaus
    Automatická odpověď | Automatikus válasz | Αυτόματη απάντηση | Răspuns automat | Automatski odgovor
    Автоматична відповідь | 自动答复 | 自动回复 | 自動応答 | 자동 회신 | 自動回覆 | Frånvaromeddelande | Poissaoloviesti
    Resposta automàtica | Return receipt | Read receipt | Read-Receipt | Okundu bilgisi | Lesebestätigung
    Accusé de lecture | Confirmación de lectura | Conferma di lettura | Confirmação de leitura | Leesbevestiging
    Potwierdzenie odczytu | Delivery receipt | Accusé de réception (affiché)
""")
_WEAK = phrases("""
    Out of office | Out of the office | Out-of-office | Away from office | Away from the office | Away from my mail
    Away from my email | I am out of | I'm out of | I am away | I'm away | Currently out of | Away until | Out until
    Not in the office | Office closed | We are closed | Ofis dışı | Ofiste değil | Ofiste yok | İzindeyim
    Tatildeyim | İş yeri dışında | İşyeri dışında | Ofiste bulunm | Şu anda ofis | Raporluyum | Şehir dışındayım
    Yurt dışındayım | İzin bildirimi | Nicht im Büro | Außer Haus | Im Urlaub | Bin nicht im | Je suis absent
    Hors du bureau | Absence du bureau | Fuera de la oficina | Fuera de oficina | Estoy fuera | Fuori sede
    Fuori ufficio | Sono assente | Assenza dall'ufficio | Fora do escritório | Estou ausente
    Ausência do escritório | Ausente do escritório | Niet op kantoor | Buiten kantoor | Poza biurem | Jestem poza
    Nie ma mnie | Нет на месте | Вне офиса | Я в отпуске | Я отсутствую | Меня нет | خارج المكتب | خارج مكتبي
    I am on vacation | I'm on vacation | I am on leave | I'm on leave | On vacation until | On leave until
    On holiday until | Ich bin im Urlaub | Ich bin nicht | Ich bin abwesend | Jestem na urlopie
""")
_NOUNS = phrases("""
    On leave | Annual leave | Vacation | Absence | Maternity leave | Parental leave | Away | Abwesenheit | Abwesend
    Urlaub | Absent | Absente | En congé | Congés | En vacances | Ausente | Ausencia | De vacaciones | No disponible
    Assente | Assenza | In ferie | Ferie | Ausência | De férias | Férias | Afwezig | Vakantie | Afwezigheid
    Niet aanwezig | Op vakantie | Met vakantie | Nieobecny | Nieobecna | Nieobecność | Urlop | Na urlopie | Отпуск
    В отпуске | Отсутствие | إجازة | في إجازة | غائب | Yıllık izin | İzinde | Doğum izni | OOO | OOF | On vacation
    On holiday | On annual leave | Yıllık izindeyim
""")
"""Only where nothing else is said, or a colon follows: people ask for leave under these words."""
_RECEIVED = phrases("""
    We have received your | We've received your | We received your | Your request has been | Your message has been
    Your email has been received | Your enquiry has been | Your inquiry has been | Thank you for contacting
    Thank you for your email | Thank you for your message | Thank you for your enquiry | Thanks for contacting
    Thank you for your inquiry | Thank you for your request | Thanks for your message | Thank you for writing
    Thanks for reaching out | Request received | Ticket received | Ticket created | New ticket created
    Case created | Acknowledgement | Acknowledgment | Confirmation of receipt | Receipt confirmation
    Support request received | Talebiniz alın | Talebiniz bize ulaş | Mesajınız alın | Mesajınız bize ulaş
    Başvurunuz alın | E-postanız alın | E-postanız bize ulaş | İletiniz alın | İletiniz bize ulaş | Mailiniz alın
    Şikayetiniz alın | Destek talebiniz | Talebiniz oluştur | Kaydınız oluştur | Bize ulaştığınız için
    Bildiriminiz alın | Mesajınız için teşekkür | Eingangsbestätigung | Empfangsbestätigung | Ihre Anfrage ist
    Wir haben Ihre | Ihre Nachricht ist | Ihre E-Mail | Vielen Dank für Ihre | Danke für Ihre | Ihre Anfrage wurde
    Bestätigung Ihrer Anfrage | Accusé de réception | Nous avons bien reçu | Votre demande a | Votre message a bien
    Confirmation de réception | Acuse de recibo | Hemos recibido | Su solicitud ha | Confirmación de recepción
    Gracias por contactar | Gracias por su | Abbiamo ricevuto | La sua richiesta | Conferma di ricezione
    La tua richiesta | Grazie per | Recebemos | A sua mensagem foi | Sua mensagem foi | Confirmação de rece
    Obrigado pelo | Obrigado por | Ontvangstbevestiging | Wij hebben uw | We hebben uw | We hebben je
    Bevestiging van ontvangst | Bedankt voor | Potwierdzenie otrzymania | Otrzymaliśmy | Potwierdzenie przyjęcia
    Dziękujemy za | Twoje zgłoszenie | Мы получили | Ваше обращение | Ваше письмо | Ваш запрос | Ваша заявка
    Спасибо за | Подтверждение получения | لقد استلمنا | تم استلام | تلقينا | شكرا لتواصل | شكرا لك على
""")
_BEFORE = r"(?:\[[^\]]{0,40}\] ?|\(?#\d{1,12}\)? ?|\*+ ?|ext: ?)*+"
SUBJECTS = re.compile(rf"{_BEFORE}(?:{_STRONG})(?:\s*$| ?[:：!)\]]| ?[-–—]+ | ?\()")
"""Subjects that only programs have. What goes on as a sentence (`Automatic reply does not work`) is a person's."""
ABSENT_SUBJECTS = re.compile(
    rf"{_BEFORE}(?:{_STRONG}|{_WEAK}|(?:{_NOUNS})(?:\s*$| ?[:!]| (?:until|till|bis|jusqu|hasta|fino|ate|tot|do|до) ))"
)
"""Subjects that people have too; the text must go with them."""
RECEIVED_SUBJECTS = re.compile(rf"{_BEFORE}(?:{_STRONG}|{_RECEIVED})")
"""The same, of acknowledgements."""

ABSENT = re.compile(
    r"\b(?:am|i'm|be|is|are|we're|currently) (?:currently |now |also )?"
    r"(?:out of (?:the )?office|out of town|away\b|unavailable|not in the office)|"
    r"\b(?:am|i'm|be|is|are|we're|currently) (?:currently |now |also )?on (?:[a-z]+ )?(?:vacation|holidays?|leave)|"
    + phrases("""
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
    меня не будет | خارج المكتب | في إجازة | سأعود | غير متواجد | غائب | izinliyim | yıllık izindeyim
    şehir dışındayım | yurt dışındayım | doğum iznindeyim | izinde olduğum | ofiste değilim | meiner Abwesenheit
"""))  # fmt: skip
"""What an absent person has their program say."""
RECEIVED = re.compile(phrases("""
    will get back to you | will respond | will reply | will answer | will contact you | as soon as possible
    shortly | ticket number | ticket id | case number | reference number | request number | your ticket
    do not reply | working days | business days | has been assigned | in kürze | no-reply | en kısa sürede
    en kısa zamanda | dönüş yap | talep numara | takip numara | kayıt numara | yanıtlamayın | cevaplamayın
    size dön | geri dön | iş günü | dönüş sağla | schnellstmöglich | so schnell wie möglich | so bald wie möglich
    umgehend | Ticketnummer | Vorgangsnummer | melden uns | Werktage | dans les plus brefs délais | dès que possible
    numéro de | prochainement | ne pas répondre | lo antes posible | a la brevedad | número de | en breve
    no responda | nos pondremos en contacto | il prima possibile | al più presto | numero di | nel più breve tempo
    non rispondere | o mais breve | assim que possível | em breve | brevemente | não responda | zo snel mogelijk
    zo spoedig mogelijk | nummer | niet beantwoorden | jak najszybciej | wkrótce | w ciągu | numer zgłoszenia
    najszybciej | nie odpowiadać | в ближайшее время | номер | ответим | не отвечайте | в кратчайшие | في أقرب وقت
    قريبا | رقم
"""))  # fmt: skip
"""What an acknowledgement promises."""
AUTOMATIC = re.compile(r"^\W{0,6}(?:" + phrases("""
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
    данное письмо сформировано автоматически | هذا رد تلقائي | هذه رسالة تلقائية | هذا رد آلي
""") + ")", re.MULTILINE)  # fmt: skip
"""A line that begins by saying a program wrote it."""
