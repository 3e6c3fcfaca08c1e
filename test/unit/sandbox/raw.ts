import { createHash } from 'node:crypto';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export function authorization(
  service: string,
  region = 'us-east-1',
  accessKeyId = 'AKIARAW',
): string {
  const scope = `${accessKeyId}/20260102/${region}/${service}/aws4_request`;
  return `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00`;
}

/** A request that no SDK would make; it sends the path as given. */
export function raw(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const { statusCode: status = 0, headers } = answer;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export function rawS3(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Promise<RawAnswer> {
  const basic = {
    authorization: authorization('s3'),
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'content-length': String(Buffer.byteLength(body)),
  };
  return raw(url, method, path, { ...basic, ...headers }, body);
}

export function rawJson(
  url: string,
  target: string,
  body: string | Buffer,
  service = target.startsWith('Trent') ? 'kms' : 'ssm',
): Promise<RawAnswer> {
  const headers = { authorization: authorization(service), 'x-amz-target': target };
  return raw(url, 'POST', '/', headers, body);
}

/** The code of a raw error, of either kind. */
export function rawCode({ body }: RawAnswer): string | undefined {
  return /<Code>(\w+)<|"__type":"(\w+)"/.exec(body)?.slice(1).find(Boolean);
}

export function digest(algorithm: string, body: string, encoding: 'hex' | 'base64' = 'base64') {
  return createHash(algorithm).update(body).digest(encoding);
}
