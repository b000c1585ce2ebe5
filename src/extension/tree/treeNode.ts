import type * as vscode from 'vscode';
import type { Layer, ReportFinding } from '../../core/report/report.ts';

/** What the sidebar shows: checkpoints, and under each that was analyzed its layers. */
export type TreeNode = CheckpointNode | LayerNode;

export interface CheckpointNode {
  readonly kind: 'checkpoint';
  readonly uri: vscode.Uri;
}

export interface LayerNode {
  readonly kind: 'layer';
  readonly uri: vscode.Uri;
  readonly layer: Layer;
  /** Those of its findings that are accepted, each with the reason. */
  readonly accepted: ReadonlyMap<ReportFinding, string>;
}

export function isTreeNode(value: unknown): value is TreeNode {
  if (typeof value !== 'object' || value === null) return false;
  const { kind } = value as { kind?: unknown };
  return kind === 'checkpoint' || kind === 'layer';
}
