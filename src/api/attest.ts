/** The endpoints of attestation, for the table. */
import { attestDiscovery } from './attest-discovery.js';
import { attestFeed } from './attest-feed.js';
import { attestIssue } from './attest-issue.js';
import { attestLookup } from './attest-lookup.js';
import { attestPlatforms } from './attest-platforms.js';
import { attestStatus } from './attest-status.js';
import { attestStatusEvents } from './attest-status-events.js';
import { attestSubjects } from './attest-subjects.js';
import { attestVerify } from './attest-verify.js';

export const ATTEST_ENDPOINTS = [
  ...attestDiscovery,
  ...attestVerify,
  ...attestFeed,
  ...attestSubjects,
  ...attestIssue,
  ...attestStatus,
  ...attestStatusEvents,
  ...attestLookup,
  ...attestPlatforms,
];
