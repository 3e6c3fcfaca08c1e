/**
 * The sandbox's control interface, for tests; it needs no credentials.
 *
 * - `GET /_sandbox/calls` → `{"calls": {"kms:GenerateDataKey": 1, …}}`: every request received,
 *   including throttled and failed ones, by operation. `DELETE` resets the counts.
 * - `PUT /_sandbox/faults` with JSON replaces the settings (see settings.ts), `DELETE` clears
 *   them, `GET` shows them. For instance:
 *
 *       {"latencyMs": 20, "seed": 1, "recreateDelayMs": 30000, "typeChange": "refuse",
 *        "emptyPages": true, "forceDeleteLag": 3, "listLag": 2, "rules": [
 *          {"action": "ssm:PutParameter", "perSecond": 40},
 *          {"action": "*", "errorRate": 0.05},
 *          {"action": "s3:*", "resetRate": 0.01},
 *          {"action": "kms:*", "resetRate": 1, "region": "us-east-1"},
 *          {"action": "kms:Decrypt", "deny": true, "accessKeyId": "only this caller"}]}
 *
 *   Absent members have defaults. `deny` matches the IAM action (`s3:GetObject`; see access.ts),
 *   the others match the operation's name (`s3:HeadObject`).
 * - `PUT /_sandbox/policies/ACCESSKEYID` with an IAM policy (see iam/document.ts): that caller may
 *   do only what it allows, or what the policy of a key or a bucket allows. `DELETE` removes it.
 *   `GET` → `{"document": …, "asked": […]}`: the policy, and each action, resource and set of
 *   condition keys that it decided on. Policies and faults end with the process.
 * - `PUT /_sandbox/accounts/ACCESSKEYID` with `{"account": "444455556666"}`: the key belongs to
 *   this account, which has its own resources. Ends with the process.
 * - `GET /_sandbox/instance` → `{"id": …}`: shows whether a folder's sandbox still runs.
 */
import type { Faults } from './faults.ts';
import type { Policies } from './iam/policies.ts';
import type { Reply } from './reply.ts';
import { DEFAULTS, parseSettings } from './settings.ts';
import type { Identities } from './identities.ts';

export const CONTROL = '/_sandbox/';

const POLICIES = `${CONTROL}policies/`;
const ACCOUNTS = `${CONTROL}accounts/`;

interface Controlled {
  faults: Faults;
  policies: Policies;
  identities: Identities;
}

export class Control {
  readonly id: string;
  readonly #faults: Faults;
  readonly #policies: Policies;
  readonly #identities: Identities;
  #calls = new Map<string, number>();

  constructor(id: string, { faults, policies, identities }: Controlled) {
    this.id = id;
    this.#faults = faults;
    this.#policies = policies;
    this.#identities = identities;
  }

  count(operation: string): void {
    this.#calls.set(operation, (this.#calls.get(operation) ?? 0) + 1);
  }

  async answer(method: string, path: string, body: AsyncIterable<Buffer>): Promise<Reply> {
    if (path.startsWith(POLICIES) && path !== POLICIES) {
      return this.#answerPolicy(method, path.slice(POLICIES.length), body);
    }
    if (method === 'PUT' && path.startsWith(ACCOUNTS)) {
      const accessKeyId = path.slice(ACCOUNTS.length);
      return applyDocument(body, (document) => {
        this.#identities.setAccount(accessKeyId, (document as { account?: unknown }).account);
        return this.#identities.of(accessKeyId);
      });
    }
    switch (`${method} ${path}`) {
      case 'GET /_sandbox/instance':
        return json({ id: this.id });
      case 'GET /_sandbox/calls':
        return json({ calls: Object.fromEntries(this.#calls) });
      case 'DELETE /_sandbox/calls':
        this.#calls = new Map();
        return { status: 204 };
      case 'GET /_sandbox/faults':
        return json(this.#faults.settings);
      case 'PUT /_sandbox/faults':
        return applyDocument(body, (document) => {
          this.#faults.apply(parseSettings(document));
          return this.#faults.settings;
        });
      case 'DELETE /_sandbox/faults':
        this.#faults.apply(DEFAULTS);
        return { status: 204 };
      default:
        return json({ message: `The sandbox has no ${method} ${path}` }, 404);
    }
  }

  async #answerPolicy(
    method: string,
    accessKeyId: string,
    body: AsyncIterable<Buffer>,
  ): Promise<Reply> {
    const policy = this.#policies.describe(accessKeyId);
    switch (method) {
      case 'GET':
        return json(policy ?? { message: `${accessKeyId} has no policy` }, policy ? 200 : 404);
      case 'PUT':
        return applyDocument(body, (document) => {
          this.#policies.set(accessKeyId, document);
          return { accessKeyId, document };
        });
      case 'DELETE':
        this.#policies.remove(accessKeyId);
        return { status: 204 };
      default:
        return json({ message: `A policy does not support ${method}` }, 405);
    }
  }
}

/** Answers with the result of `apply` for a JSON body, or with its error. */
async function applyDocument(
  body: AsyncIterable<Buffer>,
  apply: (document: unknown) => object,
): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  try {
    return json(apply(JSON.parse(Buffer.concat(chunks).toString())));
  } catch (error) {
    return json({ message: error instanceof Error ? error.message : String(error) }, 400);
  }
}

function json(content: object, status = 200): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(content),
  };
}
