/**
 * Every limit of Assay, in one place: sizes, depths, counts and times that input is held to.
 * A limit that is crossed has a stated answer (an error code, a dead letter, a cut) and a test.
 */
export const LIMITS = {
  /** Code points of a text (posts, `POST /v1/score`). Longer: `item.text_too_long`. */
  textCodePoints: 100_000,
  /** Bytes of a raw mail (RFC 5322). Longer: `item.mail_too_large`. */
  mailBytes: 10 * 1024 * 1024,
  /** Parts of a letter, and so the depth of their nesting; bytes of the headers of each part. More: `item.unparsable`. */
  mailParts: 250,
  mailHeadBytes: 256 * 1024,
  /** UTF-16 units of a letter's HTML that are read for its text, and references that are kept. */
  mailHtmlLength: 2_000_000,
  mailReferences: 100,
  /** Bytes of a record's value on the log; longer raw mail goes to the blob port. */
  recordBytes: 900_000,
  /** Bytes of a JSON body on ordinary endpoints. Longer: `request.too_large`. */
  bodyBytes: 1024 * 1024,
  /** Bytes of an NDJSON batch, and of a single mail in JSON (base64 grows by 4/3). */
  batchBodyBytes: 16 * 1024 * 1024,
  /** Bytes and fields of a form sent by a console page. */
  formBytes: 64 * 1024,
  formFields: 32,
  /** Lines of an NDJSON batch, items of a feed to filter, tokens of a batch to verify. */
  batchItems: 1_000,
  /** Lines of an NDJSON batch with the empty ones. */
  batchLines: 10_000,
  /** Nesting of JSON objects and arrays. Deeper: `request.too_deep`, counted before parsing. */
  jsonDepth: 16,
  /** Values in one JSON document: each costs far more memory than its bytes. More: `request.too_many_values`, counted before parsing. */
  jsonValues: 100_000,
  /** Facets of a post. */
  facets: 512,
  /** Recipients in a mail's envelope. */
  recipients: 1_000,
  /** UTF-16 units of an identifier given from outside (platform, item, author, conversation). */
  idLength: 512,
  /** UTF-16 units of a handle. */
  handleLength: 256,
  /** A publishedAt or receivedAt may lie this far in the future (clock skew) … */
  futureMs: 24 * 3_600_000,
  /** … and not before this instant (1990-01-01): older is a broken clock. */
  earliestMs: Date.UTC(1990, 0, 1),
  /** Folded words stored per item for word search. */
  searchWords: 128,
  /** UTF-16 units of one stored search word. */
  searchWordLength: 32,
  /** Symbols and spans per evidence. */
  symbols: 64,
  spansPerSymbol: 16,
  /** Page size of list endpoints: default and largest. */
  pageDefault: 50,
  pageMax: 200,
  /** Documents a filtered page may look at before it returns early with a cursor. */
  pageScan: 5_000,
  /** Items in flight between intake and score before intake answers 503 or pauses. */
  queueItems: 10_000,
  /** Of these, of one tenant, where there are several: `overload.tenant`. */
  queueTenantItems: 5_000,
  /** Bytes of one attestation token (compact JWS), of what a verifier reads, and of a status list after inflation. */
  tokenBytes: 1_200,
  tokenReadBytes: 4_096,
  statusListBytes: 4 * 1024 * 1024,
  /** Bytes of a signed status list as text: an incompressible one at its cap in base64, with header and signature. */
  statusListTextBytes: Math.ceil((4 * 1024 * 1024 * 4) / 3) + 65_536,
  /** Bytes of a FIDO metadata blob (about 8 MB in 2026), and characters of one member of a WebAuthn response. */
  metadataBytes: 32 * 1024 * 1024,
  /** How long its download may take. */
  metadataMs: 60_000,
  webauthnFieldLength: 16_384,
  /** Characters of a presented credential, and its disclosures. */
  credentialLength: 64 * 1024,
  disclosures: 256,
  /** How long a presented credential counts as proof of one person. Older: `unq` as the platform says. */
  personMs: 90 * 24 * 3_600_000,
  /** Seconds two clocks may differ, and age of the holder's signature on a credential. */
  evidenceSkewS: 60,
  keyBindingS: 5 * 60,
  /** Seconds a list may be used, and go without being asked for again, whatever it says itself. */
  statusListLifeS: 90 * 86_400,
  statusListTtlS: 86_400,
  /** Least seconds between two looks at a list that says it is good for less. */
  statusListTtlLeastS: 5,
  /** Lists a verifier holds and their bytes, shared evenly by the issuers; of so many more of each issuer it remembers how new they were. */
  statusListsHeld: 1_000,
  statusListsHeldBytes: 256 * 1024 * 1024,
  statusListsRemembered: 10_000,
  /** Attestations of one author in a day and of one platform in an hour (UTC windows). More: `attest.quota`. */
  attestationsPerAuthorDay: 500,
  attestationsPerPlatformHour: 100_000,
  /** Different texts that have to share a prefix of `/v1/lookup`, and tokens that may at most; lookups of a tenant in a minute. */
  lookupBucketLeast: 50,
  lookupBucketMost: 1_000,
  lookupsPerMinute: 60,
  /** Lifetime of a challenge, of a platform's signed account proof, of a one-time link, of a session. */
  challengeMs: 5 * 60_000,
  platformProofMs: 5 * 60_000,
  oneTimeLinkMs: 15 * 60_000,
  sessionMs: 12 * 3_600_000,
  /** How long a moderator's claim on an item holds, and how long a decision may be appealed. */
  reviewLeaseMs: 30 * 60_000,
  reviewAppealMs: 20 * 24 * 3_600_000,
  /** UTF-16 units of a moderator's note, and events of one item. */
  reviewNote: 2_000,
  reviewEvents: 1_000,
  /** Platforms of a tenant that wait for proof (more: `attest.pending_limit`), for how long they do, and looks for proof of a tenant in a minute. */
  platformClaims: 20,
  platformClaimMs: 7 * 24 * 3_600_000,
  domainProofsPerMinute: 6,
  /** Domains that one tenant has proven; what the operator's list gives does not count. More: `attest.platform_limit`. */
  platformsPerTenant: 50,
  /** Platforms that the discovery document names, those of the operator's list first. */
  audiencesTold: 2_000,
  /** For how long a platform's word about an account counts. Older: `unq` 0. */
  vouchedMs: 90 * 24 * 3_600_000,
  /** Deadline of `POST /v1/score` unless the caller asks for less. */
  scoreDeadlineMs: 2_000,
  /** Live SSE connections per tenant, and lines buffered for a slow one before it is dropped (it resumes by id). */
  sseConnections: 100,
  sseBuffer: 1_000,
  /** Streams of status events open in one process, and to one address. */
  statusFollowers: 1_000,
  statusFollowersPerAddress: 50,
  /** How often a silent stream shows that it lives, and after how long every stream ends so that its key is checked again. */
  sseHeartbeatMs: 15_000,
  sseLifetimeMs: 15 * 60_000,
  /** How long an Idempotency-Key is remembered. */
  idempotencyMs: 24 * 3_600_000,
  /** How long dead letters are kept. */
  deadLetterMs: 30 * 24 * 3_600_000,
  /** Bytes of the header of a weights file (safetensors). Longer: `detector.missing_model`. */
  tensorHeaderBytes: 1024 * 1024,
  /** Windows of texts that wait for the encoder. More: `overload.queue_full`. */
  queueWindows: 10_000,
  /** How long a worker of the encoder may take over one batch before it is replaced. */
  engineRunMs: 60_000,
  /** Tries of one record in the pipeline before it becomes a dead letter. */
  recordTries: 5,
  /** A request of our own: UTF-16 units of its address, time in all, bytes of the reply unless its reader bounds it. */
  egressUrlLength: 2_048,
  egressMs: 5_000,
  egressReplyBytes: 64 * 1024,
  /** Webhooks of a tenant, and UTF-16 units of a webhook's name. More: `webhook.limit`. */
  webhooks: 16,
  webhookName: 128,
  /** Deliveries that one process has on the way: to one webhook, of one tenant, of all. */
  webhookInFlight: 8,
  webhookTenantInFlight: 32,
  webhookTotalInFlight: 256,
  /** How long a delivery is tried, how long its claim holds, how long a replaced secret still signs. */
  webhookRetryMs: 24 * 3_600_000,
  webhookClaimMs: 30_000,
  webhookOldSecretMs: 24 * 3_600_000,
  /** How long deliveries are kept: once delivered, and while they wait or have failed. */
  webhookDeliveredMs: 3 * 24 * 3_600_000,
  webhookKeptMs: 30 * 24 * 3_600_000,
  /** Deliveries that one call sends again. */
  webhookReplay: 1_000,
  /** A report of a replay: changed items it names, and platforms and languages it tells apart; the rest stands together as `(other)`. */
  replayExamples: 50,
  replaySliceValues: 100,
} as const;
