"""What is wrong, and what to do."""

from omnidesk.web.words.marking import N_, Words

WORDS: Words = {
    "wrong": {
        "empty": N_("Write a name."),
        "long_name": N_("A name has at most 60 characters. Shorten it."),
        "long_label": N_("A label has at most 50 characters. Shorten it."),
        "taken": N_("There is one with this name already. Choose another name."),
        "choose": N_("Choose one of the list."),
        "no_choices": N_("Write at least one choice, and at most 200."),
        "bad_pattern": N_("This pattern can't be used. Write one such as [A-Z]{{2}}, at most 200 characters long."),
        "long_text": N_("This is no text of at most 2000 characters. Shorten it."),
        "not_number": N_("This is no number. Write one such as 12 or 12.5."),
        "not_date": N_("This is no day. Write one such as 2026-03-31."),
        "not_choice": N_("Choose one of the list."),
        "not_form": N_("This does not look as it should. Compare it with what you were given."),
        "required to resolve": N_("This must be filled in first."),
        "no_zone": N_("There is no such time zone. Write one such as Europe/Istanbul."),
        "bad_hours": N_("Give each of these hours a beginning and an end, or remove them."),
        "bad_days": N_("Give each of these days a date, and its hours a beginning and an end."),
        "*": N_("This can't be taken ({code})."),
    },
    "error": {
        "not_language": N_("Choose a language of the list."),
        "not_zone": N_("There is no time zone {said}. Write one like Europe/Istanbul."),
        "not_channel": N_("This person has no address on that channel. Choose another one."),
        "too_long": N_("This text has more than {longest} characters. Shorten it."),
        "no_name": N_("Write what the organization is called."),
        "not_domain": N_("{said} is no domain. Write one such as example.com."),
        "public_domain": N_("{said} gives mailboxes to anybody. Leave it out."),
        "many_domains": N_("These are too many domains. Write at most 50."),
        "domain_taken": N_("The domain {domain} belongs to {name} already. Take it away there first."),
        "no_organization": N_("This organization is no longer here. Choose another one."),
        "has_people": N_("People belong to this organization. Let them leave it first."),
        "list_changed": N_("The list has changed meanwhile. Choose again."),
        "no_browser": N_("No browser of yours is told yet. Turn notices on in this browser first."),
        "not_pushed": N_("The push service did not take it. Try again in a minute."),
        "quiet_half": N_("Quiet hours need a beginning and an end. Give both, or none."),
        "quiet_equal": N_("Quiet hours begin and end at the same time. Choose another end."),
        "somebody_wrote": N_("Somebody wrote since you last looked. Read it first, or send anyway."),
        "stopped": N_(
            "This person asked for no more messages here (STOP). Use another address of theirs, or wait until they "
            "write START."
        ),
        "draft_changed": N_("Another window of yours has changed this draft. Take over its text, or keep yours."),
        "sent_already": N_("This reply was sent meanwhile, or taken back in another window."),
        "stopped_reply": N_("This reply was stopped. Look at it, then send it again."),
        "not_your_reply": N_("Only who wrote this reply can take it back or send it now."),
        "wrong_time": N_("Choose a date and a time that is still to come, within a year."),
        "not_phone": N_("{said} is no telephone number. Write one such as +90 532 123 45 67."),
        "call_length": N_("Write how long the call was as minutes and seconds, such as 3:25; a day at most."),
        "call_time": N_("Give a time within the last year, not one to come."),
        "number_taken": N_(
            "The number {number} belongs to another person. Log the call there, or say on their page whose it is."
        ),
        "no_link": N_("The provider gave no link. Look at the inbox in the settings, or try again in a minute."),
        "no_inbox": N_(
            "No inbox reaches this person, so a case could not be answered. Give a number, and ask your administrator "
            "for an inbox of the channel phone."
        ),
        "wrong_snooze": N_("Choose a date and a time that is still to come, within a year."),
        "no_way": N_("The person can't be reached at this address. Choose another way."),
        "window_over": N_(
            "This person wrote here too long ago to be answered freely. Choose a template, or another address of "
            "theirs."
        ),
        "window_over_then": N_(
            "By then this person can't be answered freely any more. Choose an earlier time, or a template."
        ),
        "no_template": N_("This template is not there any more. Choose another one."),
        "template_unfilled": N_("Fill in every word of the template."),
        "no_copies": N_("Messages of this channel go to one person alone. Leave Cc and Bcc empty."),
        "too_many_copies": N_("A message is copied to at most {most} people. Leave some of them out."),
        "no_address": N_("{address} is no address. Write one such as name@example.com."),
        "own_address": N_("{address} is an inbox of this desk, which has this case already. Leave it out."),
        "copy_stopped": N_("{address} asked for no more messages (STOP). Leave it out."),
        "copy_fails": N_("Nothing arrives at {address}: {failure}. Leave it out, or correct it."),
        "not_ready": N_("Before this case can be resolved: {what}."),
        "too_many_tasks": N_("A case has at most 200 tasks. Delete some."),
        "task_text": N_("A task has 1 to 500 characters."),
        "nothing_asked": N_("This list is there already. Choose a filter or an order first."),
        "view_name_taken": N_("There is a view with this name already. Choose another name."),
        "too_many_views": N_("You have 50 views already. Delete one first."),
        "too_many_shared_views": N_("There are 50 shared views already. Delete one of them first."),
        "task_changed": N_("Somebody changed this task since you looked. Open it again."),
        "no_task_for": N_("This agent can't do tasks of this case. Choose another one."),
        "split_moved_on": N_("Some of these messages are on this case no longer. Open it again and choose."),
        "same_case": N_("A case can't belong to itself. Choose another one."),
        "circle": N_("This would make a case its own parent. Choose another one."),
        "has_parent": N_("#{number} has a parent already. Remove that link first."),
        "too_large": N_("The file is too large. Send a smaller one, or a link to it."),
        "expired": N_("This link has expired. Ask for a new one."),
        "hidden_cases": N_("Cases of a closed team would move along. Ask one of its members or an administrator."),
        "moved_on": N_("This address has moved on since. Reload the page to see where it is now."),
        "same_contact": N_("This address belongs to this contact already. Choose another one."),
        "no_other_address": N_(
            "Cases of this person would be left without an address to be answered at. Link another address to the "
            "person first, then undo."
        ),
        "merged_contact": N_("This contact was merged into another one. Choose that one."),
        "merged_case": N_("This case was merged into another one. Work on that one."),
        "merge_undone": N_("This merge was undone already. Reload the page."),
        "merge_gone_on": N_("What was said has gone on to another case since. Undo that merge first."),
        "macro_moved_on": N_(
            "The case was changed since the macro; nothing was undone. Change back what you need by hand."
        ),
        "done": N_("This case is done. Reopen it first."),
        "signed_out": N_("Your page has lost its session. Reload it and sign in again."),
    },
    "status": {
        "400": N_("The server did not understand this request. Reload the page and try again."),
        "401": N_("Sign in to go on."),
        "403": N_("You may not do this. Ask an administrator if you need to."),
        "404": N_("It is not here, or not for you. Check the address, or go back to the inbox."),
        "405": N_("This can't be done here. Reload the page and try again."),
        "409": N_("Somebody changed this since you looked. Reload the page and try again."),
        "413": N_("That is too large. Send less at once."),
        "422": N_("Something in the form is not right. Check it and try again."),
        "429": N_("That was too often. Wait a minute, then try again."),
        "500": N_("Something went wrong on our side. Try again; if it stays, tell your administrator."),
    },
}
