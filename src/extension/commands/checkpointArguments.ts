import type * as vscode from 'vscode';
import { isTreeNode } from '../tree/treeNode.ts';

/**
 * The checkpoints a menu hands to a command: the explorer gives the resource under the pointer and then
 * the whole selection, an editor tab its resource and a place in the editor, the sidebar one of its rows.
 * Empty from the palette. Of a selection only files of that ending.
 */
export function checkpointArguments(
  args: readonly unknown[],
  ending = '.onnx',
): readonly vscode.Uri[] {
  const [first, second] = args;
  const pointed = isTreeNode(first) ? first.uri : first;
  const selected: readonly unknown[] = Array.isArray(second) ? second : [];
  const uris = [pointed, ...selected].filter(isUri);
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()].filter(
    (uri, index) => index === 0 || uri.path.toLowerCase().endsWith(ending),
  );
}

function isUri(value: unknown): value is vscode.Uri {
  if (typeof value !== 'object' || value === null) return false;
  const { scheme, path } = value as { scheme?: unknown; path?: unknown };
  return typeof scheme === 'string' && typeof path === 'string';
}
