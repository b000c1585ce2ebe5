import * as vscode from 'vscode';

/** Whether the workspace is trusted; says why that is needed where it is not. `what` is a whole sentence. */
export function trusted(what: string): boolean {
  if (vscode.workspace.isTrusted) return true;
  const manage = vscode.l10n.t('Manage Workspace Trust');
  void vscode.window.showWarningMessage(what, manage).then((answer) => {
    if (answer === manage) void vscode.commands.executeCommand('workbench.trust.manage');
  });
  return false;
}
