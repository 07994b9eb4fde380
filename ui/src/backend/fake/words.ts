/** Invented conversations. */

export const HIKE: [who: string, minutes: number, text: string][] = [
  ['bea', 0, 'Morning! Are we still on for Saturday?'],
  ['carl', 3, 'I am. The forecast says sun until four, then a bit of wind from the west.'],
  ['carl', 4, 'I can take three in the car.'],
  ['me', 9, 'Count me in. I would rather start early, before the path gets crowded.'],
  ['dina', 15, '🙌'],
  [
    'dina',
    16,
    'The map I used last time is here: https://maps.example.org/trails/heather-ridge?from=station. The second half is steep, so bring proper shoes.',
  ],
  ['bea', 21, 'Proper shoes, noted. What about lunch?'],
  ['me', 22, 'I will bring bread and cheese for everybody.'],
  ['me', 22, 'And the good mustard.'],
  ['me', 24, 'And a thermos. Two, if somebody lends me one.'],
  ['carl', 40, 'You can have mine, it keeps warm for about a day and a half.'],
  ['bea', 41, 'Then I will do fruit, and something sweet for the top.'],
  ['carl', 44, 'Meeting point as always? Under the clock, 07:30?'],
  ['dina', 47, 'Yes. Under the clock.'],
  [
    'dina',
    47,
    'One more thing. My neighbour asked whether she could come along. She walks more than all of us together, so there is no danger that she slows us down; rather the other way round. She would bring her dog, which is small, friendly and afraid of cows.',
  ],
  ['me', 52, 'Of course, the more the merrier.'],
  ['bea', 53, 'Dog! 🐕'],
  ['bea', 53, '❤️'],
];

export const BEA: typeof HIKE = [
  ['bea', 0, 'Did you see the new bookshop by the canal?'],
  ['me', 4, 'Only from the tram. Is it any good?'],
  ['bea', 6, 'They have a whole wall of maps, and nobody hurries you.'],
  ['bea', 6, 'I stayed for two hours.'],
  ['me', 11, 'That sounds like a Sunday.'],
  ['me', 12, 'Shall we go there tomorrow, and to the café next door afterwards?'],
  ['bea', 14, 'Yes please. Eleven?'],
  ['me', 15, 'Eleven it is.'],
];

export const FILLER = [
  'That works for me.',
  'I will have a look this afternoon and tell you.',
  'Thank you, that helps a lot.',
  'Can we do it a little later? The train is late again.',
  'The second draft is much better than the first one. I marked two places where I stumbled, but they are small.',
  'Ha, yes.',
  'I found the key. It was in the other coat.',
  'Do you remember the name of that place with the green door?',
  'It closes at six.',
  'See you there.',
  'Short answer: no. Long answer: not before we know what the others think, and they are away until Thursday.',
  '👍',
  'I wrote it down here: example.org/notes/garden, and sent a copy to ana@example.org.',
  'Let me ask my sister.',
  'Good night 🌙',
];

export const ARABIC = [
  'صباح الخير، كيف حالك اليوم؟',
  'بخير، شكرا. هل وصلت الرسالة التي أرسلتها أمس؟',
  'نعم وصلت. سأقرأها بعد الظهر وأجيبك، رقم الصفحة 42 مهم جدا.',
  'ممتاز',
  'This line is in English, in the middle of it all.',
  'لا مشكلة 🙂',
];

export const HEBREW = [
  'שלום! מה שלומך?',
  'הכול בסדר, תודה. נתראה ב-18:30 ליד example.org?',
  'כן, מצוין.',
];

export const ANSWERS = [
  'Good question. Let me think about it over tea.',
  'Yes, I would say so.',
  'I am on my way, ten minutes.',
  'Tell me more.',
  'That made me smile 🙂',
];
