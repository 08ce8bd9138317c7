/** Texts that have no canonical form: they cannot be attested, and no token is ever valid for them. */
import { AssayError } from '../../schemas/errors.js';

export type RejectionReason =
  | 'ill_formed'
  | 'control_character'
  | 'combining_marks'
  | 'too_long'
  | 'too_many_facets'
  | 'facet_range'
  | 'not_one_text';

/** `attest.text_rejected` with the reason as a code of its own. Never quotes the text. */
export class TextRejected extends AssayError {
  readonly reason: RejectionReason;
  constructor(reason: RejectionReason, detail: string) {
    super('attest.text_rejected', detail);
    this.reason = reason;
  }
}
