import { embedJson } from '../../core/report/embedJson.ts';

export interface PanelPage {
  readonly title: string;
  /** BCP 47 tag of the display language. */
  readonly language: string;
  /** Addresses that the webview can load. */
  readonly script: string;
  readonly style: string;
  readonly cspSource: string;
  /** Fresh for every page. */
  readonly nonce: string;
  /** What the page keeps for its serializer, as it was given. */
  readonly restore: string;
  /** Translations keyed by the English text; empty for English. */
  readonly messages: Readonly<Record<string, string>>;
}

/** Element in which the page finds its translations. */
export const MESSAGES_ELEMENT = 'eigenscope-l10n';

/**
 * The page of a panel. Nothing is loaded but its own script and style; nothing runs but what carries the
 * nonce. The control library adds style elements of its own, which take the nonce from `csp-nonce`.
 */
export function panelHtml(page: PanelPage): string {
  const policy = [
    "default-src 'none'",
    `img-src ${page.cspSource} data:`,
    `font-src ${page.cspSource}`,
    `style-src ${page.cspSource} 'nonce-${page.nonce}'`,
    `script-src 'nonce-${page.nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta property="csp-nonce" content="${attribute(page.nonce)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${attribute(page.title)}</title>
<link rel="stylesheet" href="${attribute(page.style)}">
</head>
<body data-restore="${attribute(page.restore)}">
<div id="app"></div>
<script type="application/json" id="${MESSAGES_ELEMENT}">${embedJson(page.messages)}</script>
<script nonce="${attribute(page.nonce)}" src="${attribute(page.script)}"></script>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function attribute(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
