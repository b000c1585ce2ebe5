import { visibleName } from './visibleName.ts';

/**
 * Characters that can begin or end something in Markdown, HTML or a table, wherever they stand; an underscore
 * only where it is not within a word, as it mostly is in names.
 */
const ACTIVE = /[\\`*[\]<>&~|#$!{}]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

/** Where GitHub makes a mention or a link of plain text, without any mark. */
const LINKING = /@|\/(?=\/)|www(?=\.)/gi;

/** An empty comment: it is not shown, and no link or mention is read across it. */
const BREAK = '<!-- -->';

/**
 * Text of a file as Markdown that shows exactly that text, on one line, in a paragraph, a list or a table
 * cell: no emphasis, code, link, mention, formula, HTML or further cell comes of it.
 */
export function markdownText(text: string): string {
  return visibleName(text)
    .replace(ACTIVE, (character) => `&#${character.charCodeAt(0)};`)
    .replace(LINKING, (match) => `${match}${BREAK}`)
    .replace(
      /^( |[-+=]|\d+[.)])/,
      (mark) => `${mark.slice(0, -1)}&#${mark.charCodeAt(mark.length - 1)};`,
    );
}

/** As `markdownText`, but in a code span where the text has nothing that could end it or its cell. */
export function markdownName(name: string): string {
  const visible = visibleName(name);
  const plain = visible.trim() === visible && visible !== '' && !/[`|\\]/.test(visible);
  return plain ? `\`${visible}\`` : markdownText(name);
}
