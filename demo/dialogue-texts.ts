/**
 * What people say in the demo, by topic: a subject, then turns of the customer (c) and the agent (a). Words in braces are
 * filled in. Written for it; nobody has ever said so.
 */
export const dialogueTexts: Readonly<Record<string, string>> = {
  Delivery: `
Where is my parcel?
c: Hi, my order {order} was meant to be here {day}. The tracking has not moved since.
a: Hello {name}, I'm {agent}. Let me look at that for you.
a: It left our warehouse on time and was scanned at the depot near you last night.
c: So it is not lost?
a: No, it is on the van now. You should have it before the evening.
c: Great, then I will stay at home.
a: Good idea. If it does not come, write here and I will send another {item}.
c: Thank you!

Delivered to a neighbour
c: The app says delivered, but I was home all day and nobody rang.
a: Sorry about that, {name}. I am checking the photo of the delivery.
a: It was handed in at number 14, to somebody with the name Kramer.
c: Ah, that is the house across the street. One moment.
c: Got it. Why not ring at my door first?
a: They should have. I have noted it for the depot.
c: ok thanks

Change of address
c: I moved last week and forgot to change my address. Order {order}.
a: Hello {name}! It is not packed yet, so that is easy. What is the new address?
c: Same street, number 52 instead of 25.
a: Changed. You get a new confirmation by mail in a minute.
c: It just came. That was quick!

Damaged box
c: The box of my {item} arrived open and wet.
a: That should not happen. Is the {item} itself damaged?
c: There is a scratch on one side, and it smells of rain :(
a: I am sending you a new one today, free of charge. You need not send the old one back.
c: Really? I can keep it?
a: Yes, or give it to somebody who does not mind a scratch.
c: Thanks {agent}, very kind.

Express delivery
c: Is it still possible to get {order} by {day}? It is a present.
a: If I move it to express now, yes. It costs {amount} more.
c: Please do that.
a: Done. The courier sends you a window of one hour in the morning.
c: Perfect

Pick-up point
c: Can I collect my parcel instead of waiting for it?
a: Of course. Shall I send it to the shop at the station? It is open until ten.
c: Yes please, that is on my way.
a: It will be there tomorrow from noon. Bring your code, it is in the mail.
`,
  Returns: `
Send something back
c: I would like to return the {item} from order {order}.
a: Sure, {name}. Is something wrong with it?
c: No, it is just too big for the shelf.
a: No problem. The label is on its way to your mailbox; drop the parcel anywhere.
c: How long until I get my money?
a: Two or three days after it is back here.
c: Fine, thanks.

Refund is missing
c: I sent my {item} back two weeks ago and still have no refund.
a: Let me find it. Do you have the number of the receipt?
c: It begins with RT, then 5 5 0 1.
a: Found. It arrived, and the refund of {amount} stopped because your card has expired.
c: Oh. I got a new card last month.
a: I can send it to your bank account instead, if you enter it on the page I just mailed you.
c: Done!
a: And so is the refund. It shows up within a day or two.

Wrong size
c: The {item} is a size too small. Can I swap it?
a: Yes. Which one do you need, {name}?
c: One up from the one I have
a: It is in stock. It leaves today, and the driver takes the other one with him.
c: That is a nice service

Return without the box
c: Do you take things back without the box? I threw it away.
a: We do. Any box will be fine as long as the {item} does not rattle in it.
c: ok, and the label?
a: Here in your account under orders, or I mail it to you.
c: I found it. Bye!

Changed my mind
c: Please cancel the return of {order}, I want to keep it after all.
a: Cancelled. You can throw the label away.
c: Thanks
`,
  Billing: `
Charged twice
c: Why was I charged {amount} twice?
a: Hello {name}, I am looking at your payments.
a: The first one was only reserved, and it goes away by itself. The second is the real one.
c: When does it go away?
a: Your bank lets go of it within three days, usually sooner.
c: Okay, I will keep an eye on it.
a: If it is still there on Friday, send me a picture and I will call them.

Invoice for my company
c: I need an invoice with the name of my company for {order}.
a: Happy to. What is the name, and the tax number?
c: Brightwater Studio, the number is in my account
a: I see it. The new invoice is in your mailbox.
c: Received, thank you {agent}

Voucher does not work
c: The voucher from your newsletter says "not valid".
a: Which one do you have?
c: AUTUMN, for 10 off
a: It starts at a basket of {amount}. Yours is just below.
c: That is not what the mail said!
a: You are right, it is only in the small print. I have taken it off for you this time.
c: Thanks, I appreciate it.

Pay in parts
c: Can I pay for the {item} in three parts?
a: Yes: choose "in parts" at the end of the checkout. There is no interest.
c: And if I send it back?
a: Then the parts that are left are cancelled and the rest is paid back.
c: good to know

Wrong price
c: Yesterday the {item} was cheaper than today.
a: The offer ended at midnight, {name}.
c: I had it in my basket before that...
a: I can see that. I will give you the old price; here is a code for {amount}.
c: wow, thanks!
`,
  Account: `
Cannot sign in
c: I can't get into my account any more.
a: Hi {name}. What do you see when you try?
c: It says that my code has expired
a: The code lives for ten minutes. I am sending a fresh one, please use it right away.
c: It works now

New phone
c: I have a new phone and the app wants a code from the old one.
a: Do you still have one of the backup codes?
c: No
a: Then I need to make sure that it is you. Which was the last thing you ordered?
c: A {item}, last month
a: That is right. I have switched it off, and you can set it up again on the new one.
c: Thank you so much

Delete my account
c: I would like you to delete my account.
a: I am sorry to see you go, {name}. May I ask why?
c: I moved abroad, you do not deliver there
a: I understand. It will be gone tonight, with all that we have stored of you.
c: thanks, and bye

Change my mail address
c: How do I change my mail address? The old one is closed.
a: I have opened it for you. Please type the new one into the page I just sent.
c: ok done
a: Confirmed. Order mails go there from now on.
c: Thanks!

Too many newsletters
c: I get three newsletters a week, that is too much.
a: I have set it to one a month. Would you rather have none?
c: One is fine
`,
  Product: `
Does it fit?
c: Does the {item} fit through a door of 70 cm?
a: It is 68 wide, so just about, without the handles.
c: The handles come off?
a: With two screws, yes. The tool is in the box.
c: Then I will take it

Missing part
c: There is a screw missing in the bag of my {item}.
a: Which one, {name}? They have letters in the booklet.
c: F
a: A bag of F is in the mail. Until then it holds without, if you do not lean on it.
c: haha ok. thanks

It will not switch on
c: My new {item} does not switch on.
a: Let's find out why. Is the small switch at the back on 1?
c: There is a switch?
a: Below the cable, a bit hidden.
c: Found it! It works. How embarrassing
a: Not at all, half of all people miss it.

When is it back?
c: When will the {item} be in stock again?
a: The next ones arrive {day}. Shall I set one aside for you?
c: Yes please, the blue one
a: It is yours. You get a mail when you can pay for it.
c: Thank you {agent}

Guarantee
c: How long is the guarantee of the {item}?
a: Two years, and five if you enter it on our page within a month.
c: I bought it three weeks ago so that still works
a: It does. I have just done it for you, with order {order}.
c: Super, thanks

Which one is better
c: I cannot decide between the small and the large {item}.
a: What is it for?
c: For two people and a cat
a: Then the small one will do, unless the cat is large.
c: She is enormous
a: The large one it is, then.
c: :) ok, ordered
`,
};
