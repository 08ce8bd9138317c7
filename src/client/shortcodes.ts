/**
 * Emoji by the names that Discourse, Slack and others give as `alt` of their pictures. A closed list, part of the version
 * (docs/attestation-hpt.md section 7); a name that is not in it stays a name.
 */
const NAMES =
  'slight_smile 🙂 smile 😄 smiley 😃 grin 😁 grinning 😀 joy 😂 rofl 🤣 wink 😉 blush 😊 heart_eyes 😍 thinking 🤔 cry 😢 ' +
  'sob 😭 rage 😡 angry 😠 sweat_smile 😅 laughing 😆 sunglasses 😎 neutral_face 😐 confused 😕 disappointed 😞 ' +
  'open_mouth 😮 scream 😱 sleeping 😴 upside_down_face 🙃 innocent 😇 yum 😋 relieved 😌 kissing_heart 😘 hugs 🤗 ' +
  'face_with_raised_eyebrow 🤨 partying_face 🥳 pleading_face 🥺 smiling_face_with_three_hearts 🥰 nerd_face 🤓 +1 👍 ' +
  'thumbsup 👍 -1 👎 thumbsdown 👎 clap 👏 wave 👋 pray 🙏 muscle 💪 ok_hand 👌 point_up ☝ point_right 👉 point_left 👈 ' +
  'point_down 👇 raised_hands 🙌 crossed_fingers 🤞 v ✌ metal 🤘 facepalm 🤦 shrug 🤷 heart ❤ broken_heart 💔 fire 🔥 ' +
  'tada 🎉 rocket 🚀 star ⭐ warning ⚠ white_check_mark ✅ heavy_check_mark ✔ x ❌ question ❓ exclamation ❗ eyes 👀 ' +
  'bulb 💡 100 💯 sparkles ✨ sunny ☀ rainbow 🌈 coffee ☕ beer 🍺 pizza 🍕 cake 🍰 birthday 🎂 gift 🎁 dog 🐶 cat 🐱 ' +
  'rose 🌹 car 🚗 bike 🚲 house 🏠 books 📚 calendar 📅 lock 🔒 key 🔑 moneybag 💰 skull 💀 ghost 👻 robot 🤖 see_no_evil 🙈';

const parts = NAMES.split(' ');
const EMOJI = new Map<string, string>(
  parts.flatMap((name, at) => (at % 2 === 0 ? [[`:${name}:`, parts[at + 1]!] as const] : [])),
);

/** The emoji of a shortcode such as `:tada:`; the text itself when it is none of the list. */
export const emojiOf = (alt: string): string => EMOJI.get(alt) ?? alt;
