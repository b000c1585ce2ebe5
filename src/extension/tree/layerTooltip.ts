import * as vscode from 'vscode';
import { visibleName } from '../../core/report/visibleName.ts';
import { layerFacts } from './layerLook.ts';
import type { LayerNode } from './treeNode.ts';

/** Every word that comes from the file goes in as text: a name cannot become a link or a command. */
export function layerTooltip({ layer, accepted }: LayerNode): vscode.MarkdownString {
  const { kind, figures, findings } = layerFacts(layer, vscode.l10n.t);
  const tooltip = new vscode.MarkdownString();
  tooltip
    .appendMarkdown('**')
    .appendText(visibleName(layer.name))
    .appendMarkdown('**\n\n')
    .appendText(kind);
  if (layer.status === 'failed')
    tooltip.appendMarkdown('\n\n').appendText(visibleName(layer.reason));
  for (const [label, value] of figures)
    tooltip.appendMarkdown('\n- ').appendText(label).appendMarkdown(': ').appendText(value);
  for (const finding of findings) {
    const reason = accepted.get(finding);
    tooltip.appendMarkdown('\n\n').appendText(visibleName(finding.text));
    if (reason !== undefined)
      tooltip.appendText(` ${vscode.l10n.t('Accepted: {0}', visibleName(reason))}`);
  }
  return tooltip;
}
