import type { Question } from '../../src/sandbox/iam/policies.ts';
import type { TestAws } from './aws.ts';

/** A sandbox's callers under IAM policies. */
export interface PolicyControl {
  /** From now on, the access key may do only what `document` allows. */
  put: (accessKeyId: string, document: object) => Promise<void>;
  /** The decisions under its policy, each once. */
  asked: (accessKeyId: string) => Promise<Question[]>;
}

export function policiesOf({ endpoint }: Pick<TestAws, 'endpoint'>): PolicyControl {
  const request = async (method: string, accessKeyId: string, body?: string) => {
    const url = `${endpoint}/_sandbox/policies/${accessKeyId}`;
    const answer = await fetch(url, { method, body: body ?? null });
    if (!answer.ok) throw new Error(`${method} ${accessKeyId}: ${await answer.text()}`);
    return answer.json();
  };
  return {
    put: async (accessKeyId, document) =>
      void (await request('PUT', accessKeyId, JSON.stringify(document))),
    asked: async (accessKeyId) =>
      ((await request('GET', accessKeyId)) as { asked: Question[] }).asked,
  };
}

/** The environment for a call with that access key. */
export function callerEnv(accessKeyId: string): Record<string, string> {
  return { AWS_ACCESS_KEY_ID: accessKeyId };
}
