/** The texts that the documented examples take in, and the items they become; the examples of reading use the same ones. */
import { itemId } from '../../schemas/ids.js';

/** Tenant of a service that was not told otherwise; ids follow from it. */
export const EXAMPLE_TENANT = 'default';

export const EXAMPLE_POST = {
  platform: 'forum',
  id: '42',
  author: { id: '4711', handle: 'ann' },
  conversationId: '40',
  inReplyTo: '41',
  text: 'I took the early train and walked the last two miles along the river.',
  publishedAt: '2025-06-01T09:30:00Z',
};

export const EXAMPLE_EDIT = {
  ...EXAMPLE_POST,
  text: 'I took the early train and walked the last three miles along the river.',
  editedAt: '2025-06-01T09:41:00Z',
};

export const EXAMPLE_HTML_POST = {
  platform: 'forum',
  id: '43',
  author: { id: '4712' },
  conversationId: '40',
  inReplyTo: '42',
  html: '<p>Which line was that? I never see <b>any</b> river from mine.</p>',
  publishedAt: '2025-06-01T09:52:00Z',
};

export const EXAMPLE_DELETION = {
  platform: 'forum',
  id: '44',
  deletedAt: '2025-06-01T10:00:00Z',
};

export const EXAMPLE_EMAIL = {
  id: 'delivery-1',
  receivedAt: '2025-06-01T09:30:00Z',
  envelope: { mailFrom: 'ann@example.org', rcptTo: ['ben@example.com'] },
  raw: Buffer.from(
    'From: Ann <ann@example.org>\r\nTo: ben@example.com\r\nSubject: Saturday\r\n\r\nThe hall is ours from ten. Bring the long ladder, please.\r\n',
  ).toString('base64'),
};

/** Where the example post is found once it has been taken in. */
export const EXAMPLE_ITEM_ID = itemId(EXAMPLE_TENANT, 'post', EXAMPLE_POST.platform, EXAMPLE_POST.id);
