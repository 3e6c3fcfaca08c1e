// Syncs a manifest with the temporary credentials of a role: node deploy.js superman.yml
import { createCoffer } from 'coffer-secrets';

const [file = 'superman.yml'] = process.argv.slice(2);
const coffer = createCoffer({
  endpoint: process.env.AWS_ENDPOINT_URL,
  // Any credentials or provider of the AWS SDK, such as fromTemporaryCredentials({ … }).
  credentials: {
    accessKeyId: process.env.ROLE_KEY_ID,
    secretAccessKey: process.env.ROLE_SECRET_KEY,
    sessionToken: process.env.ROLE_SESSION_TOKEN,
  },
  host: { note: (text) => console.log(text), warn: ({ message }) => console.warn(message) },
});
try {
  const { done, versions } = await coffer.sync([file], { yes: true });
  console.log(`${done.length} written of ${Object.keys(versions).length}`);
} finally {
  coffer.close();
}
