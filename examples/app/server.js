// A server that decrypts its secrets once, when it starts: node server.js superman.yml
import { createServer } from 'node:http';
import { CofferError, createCoffer } from 'coffer-secrets';

const [file = 'superman.yml'] = process.argv.slice(2);
const coffer = createCoffer({ endpoint: process.env.AWS_ENDPOINT_URL });

let secrets;
try {
  secrets = await coffer.open(file);
} catch (error) {
  if (!(error instanceof CofferError)) throw error;
  console.error(`${error.message}\n${error.hint ?? ''}`);
  process.exit(1);
} finally {
  coffer.close();
}

const server = createServer((request, response) => {
  // Say how many secrets there are, never what they are.
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ ok: true, secrets: secrets.size }));
});
server.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`listening on port ${server.address().port}`);
});
process.once('SIGTERM', () => server.close());
