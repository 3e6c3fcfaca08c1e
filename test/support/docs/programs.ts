/**
 * What a reader of the docs has on PATH: a coffer that notes how it ended, and other programs. Where
 * a page shows no output, this coffer answers its questions with yes.
 */
export const PROGRAMS: Readonly<Record<string, string>> = {
  coffer: `consent=
case "$1 $*" in
  *--yes*|*--as*) ;;
  sync*|nuke*|gc*|bootstrap*|recovery*|create*|update*|delete*) consent=$CONSENT ;;
esac
"$NODE" "$CLI" "$@" $consent
code=$?
echo "$code coffer $*" >> "$ROOT/calls"
exit $code`,
  // For pages about what goes wrong: src/sandbox/control.ts says what a sandbox can be told.
  control: `"$NODE" -e '
const [what, body] = process.argv.slice(1);
const url = process.env.AWS_ENDPOINT_URL + "/_sandbox/" + what;
fetch(url, { method: "PUT", body }).then(({ ok }) => process.exit(ok ? 0 : 1));
' "$@"`,
  deny: `rules=
for action; do rules="$rules,{\\"action\\": \\"$action\\", \\"deny\\": true}"; done
control faults "{\\"rules\\": [\${rules#,}]}"`,
  // What somebody else does in AWS: `elsewhere kms DisableKey JSON`, `elsewhere s3 DELETE BUCKET/KEY`.
  elsewhere: `"$NODE" -e '
const [service, what, argument] = process.argv.slice(1);
const scope = "Credential=elsewhere/20260101/us-east-1/" + service + "/aws4_request";
const headers = {
  authorization: "AWS4-HMAC-SHA256 " + scope + ", SignedHeaders=host, Signature=0",
  "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
};
const url = process.env.AWS_ENDPOINT_URL;
const call = service === "s3"
  ? fetch(url + "/" + argument, { method: what, headers })
  : fetch(url, { method: "POST", body: argument, headers: {
      ...headers, "content-type": "application/x-amz-json-1.1",
      "x-amz-target": { kms: "TrentService", ssm: "AmazonSSM" }[service] + "." + what } });
call.then(({ ok }) => process.exit(ok ? 0 : 1));
' "$@"`,
  kubectl: 'cat',
  docker: 'exit 0',
  npx: 'shift\nexec "$@"',
  'age-keygen': 'echo age1vyjvunjzj0g4qgc380jvxznjdz6u2akhetes0352l0pphyxaw47sys5e7r',
  sops: `echo '{"from_sops": "secret"}'`,
  // Only what psyml encrypt does, for values in one line.
  psyml: `"$NODE" --input-type=module -e '
import { readFileSync } from "node:fs";
const call = async (operation, body) => {
  const headers = {
    authorization: "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/kms/aws4_request, SignedHeaders=host, Signature=0",
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "TrentService." + operation,
  };
  const url = process.env.AWS_ENDPOINT_URL;
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
};
const { KeyMetadata } = await call("DescribeKey", { KeyId: "alias/coffer" });
const [head, ...parameters] = readFileSync(process.argv[1], "utf8").split("- name: ");
let text = head.replace("parameters:", "encrypted_with: " + KeyMetadata.Arn + "\\n$&");
for (const parameter of parameters) {
  const [name] = parameter.split("\\n");
  const [found, before, value] = /(SecureString.*?value: )([^\\n]+)/s.exec(parameter) ?? [];
  if (found === undefined) text += "- name: " + parameter;
  else {
    const EncryptionContext = { Client: "psyml", Name: name };
    const { CiphertextBlob } = await call("Encrypt", { KeyId: KeyMetadata.Arn, Plaintext: btoa(value), EncryptionContext });
    text += "- name: " + parameter.replace(found, before.replace("SecureString", "securestring") + CiphertextBlob);
  }
}
console.log(text);
' "$2"`,
  chamber: `echo '{"api_token": "secret"}'`,
  dotenvx: 'printf \'DOTENV_PUBLIC_KEY="039b"\\nSMTP_PASSWORD=secret\\n\'',
  terraform: 'echo aws_ssm_parameter.api_token',
};

const PROFILES = `[profile base]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = example
`;

const GIT = '[user]\nname = Reader\nemail = reader@example.com\n[init]\ndefaultBranch = main\n';

/** The reader's home. */
export const HOME_FILES = { '.aws/config': PROFILES, '.gitconfig': GIT };
