// The SHA-256 of standard input, where systems disagree on the command for it.
import { createHash } from 'node:crypto';

const hash = createHash('sha256');
for await (const chunk of process.stdin) hash.update(chunk);
console.log(hash.digest('hex'));
