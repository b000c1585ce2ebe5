import * as vscode from 'vscode';
import { CPU_PROVIDER, type AnalyzeRequest, type DeviceChoice } from '../engine/engineApi.ts';

/** The settings, read when they are needed and never trusted to have the type package.json declares. */
export class Config {
  get mode(): AnalyzeRequest['mode'] {
    return this.#get('mode') === 'compat' ? 'compat' : 'robust';
  }

  /** Threads that solve; 0 leaves the choice to the engine. */
  get workers(): number {
    const workers = this.#get('workers');
    return typeof workers === 'number' && workers >= 1 ? Math.floor(workers) : 0;
  }

  get precision(): 'exact' | 'fast' {
    return this.#get('precision') === 'fast' ? 'fast' : 'exact';
  }

  /** What computes beside the workers. */
  get device(): DeviceChoice {
    const device = this.#get('device');
    return typeof device === 'string' && device !== '' ? device : 'auto';
  }

  /** Execution provider of ONNX Runtime that runs the models which are verified. */
  get verifyProvider(): string {
    const provider = this.#get('verify.provider');
    return typeof provider === 'string' && provider !== '' ? provider : CPU_PROVIDER;
  }

  /** Keeps a choice for this machine's user. */
  async set(name: 'device' | 'precision', value: string): Promise<void> {
    await vscode.workspace
      .getConfiguration('eigenscope')
      .update(name, value, vscode.ConfigurationTarget.Global);
  }

  get minEigenvalues(): number {
    const least = this.#get('minEigenvalues');
    return typeof least === 'number' && least >= 1 ? Math.floor(least) : 10;
  }

  #get(name: string): unknown {
    return vscode.workspace.getConfiguration('eigenscope').get(name);
  }
}
