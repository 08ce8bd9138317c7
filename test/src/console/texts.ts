/** Texts for the console's tests, written for them: replies and letters of every band, awkward ones among them. */

export const MACHINE_REPLY =
  'It is important to note that the new cycle lane delivers measurable benefits for everyone. In today’s fast-paced world, cities need to foster a vibrant tapestry of mobility. Moreover, studies show that such investments pay off — and that is not just a detail, it is a game changer. Ultimately, embracing change is the key to a sustainable future for all stakeholders.';

export const OTHER_MACHINE_REPLY =
  'Moreover, it is important to note that traders along the road will see more footfall, not less. In today’s fast-paced world, accessibility and resilience go hand in hand. Ultimately, the lane is a testament to what a community can achieve together.';

export const PERSON_REPLY =
  'dunno, I cycled there yesterday and nearly got doored twice. the paint is gone already near the bakery, they did that bit in november in the rain lol. my neighbour wrote to the council, no answer. honestly I’d rather they fix the lights first, my kid crosses there every morning and the button does nothing';

export const UNCERTAIN_REPLY =
  'The council has published the plans for the lane on its pages, and there is a meeting on Thursday in the old school. Comments can be sent until the end of the month. It would be good if somebody took notes, since not everybody can come at that hour.';

export const SHORT_REPLY = 'Agree with this.';

/** Markup, quotes, a direction override, zero-width characters, an emoji with joiners, and a lone angle bracket. */
export const AWKWARD_REPLY =
  'It is important to note <script>alert("x")</script> & \'quotes\' <img src=x onerror=alert(1)> moreover \u202eevil\u202c and zero\u200b\u200b\u200bwidth 👩‍👩‍👧 a < b, in today’s fast-paced world the tapestry of it all; ultimately nothing here may ever run, and the reader should see every sign of it as it stands in the text that came in.';

export const ARABIC_REPLY =
  'من المهم أن نلاحظ أن المسار الجديد يفيد الجميع، ولكن الأضواء عند المدرسة لا تعمل منذ أسابيع، وقد كتبنا إلى المجلس مرتين ولم نتلق أي رد حتى اليوم، ولا نعرف من المسؤول عن ذلك.';

export const HTML_REPLY =
  '<p>It is important to note that <a href="https://news.example/a?utm_source=x">the article</a> shows a clear trend.</p><p>Moreover, the tapestry of reactions &amp; opinions is <em>vibrant</em>. In today’s fast-paced world that matters, and ultimately it helps us all to foster understanding between neighbours who rarely talk.</p>';

export const LETTER_SUBJECT = 'Quick question about your invoice process';
export const LETTER =
  'Dear colleague,\r\n\r\nI hope this message finds you well. It is important to note that our records show an open item on your account. In today’s fast-paced world we know how busy you are; moreover, we would like to make this as seamless as possible. Could you kindly confirm the details in the attached form by Friday? Ultimately, this helps us to serve you better.\r\n\r\nKind regards,\r\nThe Accounts Team';

export const PLAIN_LETTER =
  'hi, did you get the parcel? the driver left it at number 12 again, I think, and the note was wet so I could not read it properly. call me when you are back, I am at work till six. also mum says the cake tin is yours and she wants the lid back before sunday or else';
