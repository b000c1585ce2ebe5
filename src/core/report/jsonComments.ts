/** A string with its escapes, or a comment. What does not end goes to the end of the text: one pass, whatever it holds. */
const STRING_OR_COMMENT = /"(?:[^"\\]|\\[^])*"?|\/\/[^\r\n]*|\/\*[^]*?(?:\*\/|$)/g;

/**
 * JSON text with its comments as spaces, so that what is wrong elsewhere stays at the same place in it. For
 * files that people write by hand, where editors allow comments.
 */
export function withoutComments(text: string): string {
  return text.replace(STRING_OR_COMMENT, (part) =>
    part.startsWith('"') ? part : part.replace(/[^\r\n]/g, ' '),
  );
}
