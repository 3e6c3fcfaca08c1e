import { ABORT_AFTER_DAYS, ABORT_RULE } from './bootstrap/lifecycle.ts';
import type { BucketNeed, KeyNeed, Needs } from './bootstrap/needs.ts';
import { TLS_SID } from './bootstrap/policy.ts';
import { nameResources } from './resources.ts';

/** What `coffer bootstrap` would create, as Terraform code. */
export function renderTerraform(needs: Needs): string {
  const { keys, buckets, existing } = nameResources(needs, toIdentifier);
  const head = [
    '# Written by coffer bootstrap --as terraform.',
    '# Needs version 6 of the provider hashicorp/aws, in which resources name their region.',
    ...existing.map((id) => `# Not created here: ${id}`),
  ];
  const blocks = [
    head.join('\n'),
    ...keys.map(({ need, id }) => renderKey(need, id)),
    ...buckets.map(({ need, id }) => renderBucket(need, id)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function renderKey({ id: alias, region, description }: KeyNeed, id: string): string {
  return `resource "aws_kms_key" "${id}" {
  region              = ${quote(region)}
  description         = ${quote(description)}
  enable_key_rotation = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "${id}" {
  region        = ${quote(region)}
  name          = ${quote(alias)}
  target_key_id = aws_kms_key.${id}.key_id
}`;
}

function renderBucket({ name, region }: BucketNeed, id: string): string {
  const bucket = `aws_s3_bucket.${id}`;
  const at = `  region = ${quote(region)}
  bucket = ${bucket}.id`;
  return `resource "aws_s3_bucket" "${id}" {
  region = ${quote(region)}
  bucket = ${quote(name)}

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "${id}" {
${at}

  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "${id}" {
${at}

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "${id}" {
${at}

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = ${quote(TLS_SID)}
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [${bucket}.arn, "\${${bucket}.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.${id}]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "${id}" {
${at}

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "${id}" {
${at}

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "${id}" {
${at}

  rule {
    id     = ${quote(ABORT_RULE)}
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = ${ABORT_AFTER_DAYS}
    }
  }
}`;
}

function toIdentifier(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]+/g, '_').replace(/^(?=\d)/, '_');
}

/** A string in which Terraform does not expand anything. */
function quote(text: string): string {
  return JSON.stringify(text).replaceAll(/[$%](?=\{)/g, '$&$&');
}
