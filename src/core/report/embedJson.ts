/**
 * JSON text that may stand inside a `<script type="application/json">` element: every `<` and the two line
 * separators that old JavaScript parsers reject are written as escapes, so that no string of a file can
 * end the element or begin another. `JSON.parse` gives the value back unchanged.
 */
export function embedJson(value: object): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
