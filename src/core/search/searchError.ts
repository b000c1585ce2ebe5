/**
 * - `settings`: a setting of the search is out of range.
 * - `nothing`: no weight, or no output, that a search could work on.
 * - `inputs`: too few samples.
 * - `state`: the state to go on from is of another search.
 * - `memory`: one plan alone takes more memory than the search may have.
 * - `mismatch`: the model does not give its own outputs when its weights are fed to it.
 */
export type SearchErrorCode = 'settings' | 'nothing' | 'inputs' | 'state' | 'memory' | 'mismatch';

/** Why a search was not begun or not gone on with; the message is a whole sentence and says what to do. */
export class SearchError extends Error {
  override readonly name = 'SearchError';

  constructor(
    readonly code: SearchErrorCode,
    message: string,
  ) {
    super(message);
  }
}
