import type { IncomingHttpHeaders } from 'node:http';

/** The caller, by the SigV4 credential scope of the request. */
export interface Caller {
  accessKeyId: string;
  region: string;
  service: string;
}

export type Identified =
  | { kind: 'caller'; caller: Caller }
  | { kind: 'anonymous' }
  | { kind: 'malformed'; why: string }
  | { kind: 'expired' };

/** Reads the header or the presigned query. Does not check the signature. */
export function identify(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
  now: number,
): Identified {
  const header = headers.authorization;
  if (header !== undefined) {
    if (!header.startsWith('AWS4-HMAC-SHA256 ')) {
      return malformed('Unsupported Authorization Type');
    }
    const parts = new Map<string, string>();
    for (const part of header.slice('AWS4-HMAC-SHA256 '.length).split(',')) {
      const [name = '', ...value] = part.trim().split('=');
      parts.set(name, value.join('='));
    }
    for (const name of ['Credential', 'SignedHeaders', 'Signature']) {
      if (!parts.get(name)) return malformed(`Authorization header requires '${name}' parameter.`);
    }
    return fromScope(parts.get('Credential') ?? '');
  }
  const credential = query.get('X-Amz-Credential');
  if (credential === null) return { kind: 'anonymous' };
  if (!query.get('X-Amz-Signature') || query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256') {
    return malformed(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  const signed = presignedAt(query.get('X-Amz-Date') ?? '');
  const seconds = Number(query.get('X-Amz-Expires') ?? Number.NaN);
  if (Number.isNaN(signed) || !(seconds >= 1 && seconds <= 604_800)) {
    return malformed('X-Amz-Date and X-Amz-Expires must be given; X-Amz-Expires from 1 to 604800.');
  }
  return now > signed + seconds * 1000 ? { kind: 'expired' } : fromScope(credential);
}

function fromScope(credential: string): Identified {
  const scope = credential.split('/');
  const [date = '', region = '', service = '', terminator = ''] = scope.slice(-4);
  const accessKeyId = scope.slice(0, -4).join('/');
  const valid =
    scope.length >= 5 &&
    accessKeyId !== '' &&
    /^\d{8}$/.test(date) &&
    /^[a-z0-9-]+$/.test(region) &&
    terminator === 'aws4_request';
  if (!valid) {
    return malformed(
      'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  return { kind: 'caller', caller: { accessKeyId, region, service } };
}

function malformed(why: string): Identified {
  return { kind: 'malformed', why };
}

/** `20260102T030405Z` in milliseconds. */
function presignedAt(text: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!found) return Number.NaN;
  const [, year, month, day, hour, minute, second] = found;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
