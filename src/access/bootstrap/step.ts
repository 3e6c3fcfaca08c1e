/** One thing in AWS, and what to do about it. */
export interface Step {
  /** `file key`, `bucket`, `versioning`. */
  what: string;
  /** Name of the key or bucket. */
  name: string;
  region: string;
  state: 'ok' | 'create' | 'change' | 'done';
  why: string;
  /** Absent if nothing needs to change. */
  apply?: (() => Promise<void>) | undefined;
}

/** The step after it was applied. */
export async function applyStep(step: Step): Promise<Step> {
  if (!step.apply) return step;
  await step.apply();
  return { ...step, state: 'done', apply: undefined };
}
