import type { Plan } from '../core/plan/plan.ts';
import type { Compression } from '../core/report/compression/compression.ts';
import type { Verification } from '../core/report/verification/verification.ts';

/** What applying a plan did to the compressed model, and the plan itself. */
export interface AppliedPlan {
  readonly compression: Compression;
  readonly plan: Plan;
}

/** A verification with what is known of how the compressed model was made. */
export interface ShownVerification {
  readonly verification: Verification;
  /** Null where Eigenscope did not write the model here, or it was changed since. */
  readonly applied: AppliedPlan | null;
}

/** What the verification panel may ask of its host. */
export interface VerificationPanelHost {
  /** What to show; the panel asks for it when it has loaded. */
  verification(): Promise<ShownVerification>;
  /** Offers to save text under a suggested name. */
  save(request: { readonly name: string; readonly text: string }): Promise<void>;
  /** Verifies the same two models again, on inputs that are asked for. */
  verifyAgain(): Promise<void>;
}

/** What the host may ask of the panel. */
export interface VerificationPanelView {
  showVerification(request: ShownVerification): Promise<void>;
}
