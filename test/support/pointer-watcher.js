// Looks, from a process of its own, for pointers to objects that are not there, until its standard
// input ends; then tells how many it saw: node pointer-watcher.js ENDPOINT BUCKET PATH
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import { setTimeout as sleep } from 'node:timers/promises';

const [endpoint, bucket, path] = process.argv.slice(2);
const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'test' };
const config = { endpoint, region: 'us-east-1', credentials };
const ssm = new SSMClient(config);
const s3 = new S3Client({ ...config, forcePathStyle: true });

async function namedKeys() {
  const keys = new Set();
  let NextToken;
  do {
    const page = await ssm.send(
      new GetParametersByPathCommand({ Path: path, Recursive: true, NextToken }),
    );
    for (const { Value } of page.Parameters) {
      if (Value.startsWith(`s3://${bucket}/`)) keys.add(Value.slice(`s3://${bucket}/`.length));
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return keys;
}

async function storedKeys() {
  const listed = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: path.slice(1) }));
  return new Set((listed.Contents ?? []).map(({ Key }) => Key));
}

const end = new AbortController();
process.stdin.on('end', () => end.abort()).resume();
let looked = 0;
const missing = new Set();
while (!end.signal.aborted) {
  const before = await namedKeys();
  const stored = await storedKeys();
  const after = await namedKeys();
  looked += before.size;
  for (const key of before) if (after.has(key) && !stored.has(key)) missing.add(key);
  await sleep(20);
}
process.stdout.write(JSON.stringify({ looked, missing: [...missing] }));
