import { embedJson } from './embedJson.ts';
import type { Report } from './report.ts';
import type { Verification } from './verification/verification.ts';

/** The built panel, and the hashes that its Content-Security-Policy names (`sha256-` and base64). */
export interface HtmlAssets {
  readonly script: string;
  readonly style: string;
  readonly scriptHash: string;
  readonly styleHash: string;
}

/** Id of the element that carries the report as JSON; the panel looks it up. */
export const REPORT_ELEMENT = 'eigenscope-report';

/** Id of the element that carries a verification as JSON. */
export const VERIFICATION_ELEMENT = 'eigenscope-verification';

/**
 * SHA-256 of nothing. The control library adds one empty style element to ask whether the browser knows
 * `:focus-visible`; without this hash that is a violation and the answer becomes wrong. It allows no rule.
 */
const EMPTY_STYLE_HASH = 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=';

const HASH = /^sha256-[A-Za-z0-9+/]{43}=$/;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text between tags or inside a double-quoted attribute. */
function htmlText(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}

function checkAssets(assets: HtmlAssets): void {
  // `<!--` followed by `<script` would put the parser in a state in which `</script>` does not close.
  const opensComment = assets.script.includes('<!--') && /<script/i.test(assets.script);
  if (/<\/script/i.test(assets.script) || opensComment)
    throw new RangeError('The panel script would end its own script element; build it again.');
  if (/<\/style/i.test(assets.style))
    throw new RangeError('The panel style would end its own style element; build it again.');
  for (const hash of [assets.scriptHash, assets.styleHash])
    if (!HASH.test(hash))
      throw new RangeError(`A hash of the form 'sha256-<base64>' was expected, found '${hash}'.`);
}

/**
 * One HTML file that shows the report without a server, a network or another file: the same panel as in
 * the editor. Throws RangeError for assets that cannot be embedded.
 */
export function reportHtml(report: Report, assets: HtmlAssets): string {
  return pageHtml(report.model.file, { id: REPORT_ELEMENT, value: report }, assets);
}

/** The same for a verification. Of how the compressed model was made such a file knows nothing. */
export function verificationHtml(verification: Verification, assets: HtmlAssets): string {
  const value = { verification, applied: null };
  return pageHtml(verification.b.file, { id: VERIFICATION_ELEMENT, value }, assets);
}

/**
 * A page of its own. What it shows travels as JSON text in an element of that id, its own policy allows this
 * script and this style alone. Throws RangeError for assets that cannot be embedded.
 *
 * @param file the model that it is of; the title is its name without folders
 */
export function pageHtml(
  file: string,
  { id, value }: { readonly id: string; readonly value: object },
  assets: HtmlAssets,
): string {
  checkAssets(assets);
  const policy = [
    "default-src 'none'",
    `script-src '${assets.scriptHash}'`,
    `style-src '${assets.styleHash}' '${EMPTY_STYLE_HASH}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const title = file.split(/[\\/]/).at(-1) ?? file;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${htmlText(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${htmlText(title)} - Eigenscope</title>
<style>${assets.style}</style>
</head>
<body>
<div id="app"></div>
<script type="application/json" id="${id}">${embedJson(value)}</script>
<script>${assets.script}</script>
</body>
</html>
`;
}
