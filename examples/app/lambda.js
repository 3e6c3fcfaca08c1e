// A Lambda handler. Its role needs the policy that `coffer policy --for reader` prints.
import { createCoffer } from 'coffer-secrets';

const FIVE_MINUTES_MS = 300_000;
// Outside the handler, so that later calls reuse the client and the value.
const coffer = createCoffer({ endpoint: process.env.AWS_ENDPOINT_URL });
let token = { value: undefined, expires: 0 };

async function readToken() {
  if (Date.now() > token.expires) {
    const value = (await coffer.get(process.env.TOKEN_PARAMETER)).toString('utf8');
    token = { value, expires: Date.now() + FIVE_MINUTES_MS };
  }
  return token.value;
}

export async function handler(event) {
  const authorized = event.headers?.authorization === `Bearer ${await readToken()}`;
  return { statusCode: authorized ? 200 : 401 };
}
