import * as vscode from 'vscode';
import type { ReportPanels } from '../panels/reportPanels.ts';

/**
 * The checkpoint of the tab in front, be it the file or its report. A binary file has no text editor,
 * so that only its tab says what it is.
 */
export function activeCheckpoint(panels: ReportPanels): vscode.Uri | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom)
    return input.uri.path.toLowerCase().endsWith('.onnx') ? input.uri : undefined;
  return panels.active;
}
