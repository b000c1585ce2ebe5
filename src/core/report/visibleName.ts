/** Controls, zero-width characters and those that change the direction of what follows. */
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * A name from a file as text in which nothing is hidden: each character that would be invisible or would
 * reorder its neighbours is written as its code point, such as `[U+202E]`.
 */
export function visibleName(name: string): string {
  return name.replace(
    INVISIBLE,
    (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
}

/** Names beyond this are cut in lists; the layer's own view shows them whole. */
const LONGEST = 300;
const END = 20;

/** The name for a list: as `visibleName`, its middle left out where it is longer than any real name. */
export function shortName(name: string): string {
  return visibleName(
    name.length > LONGEST ? `${name.slice(0, LONGEST - END)}…${name.slice(-END)}` : name,
  );
}
