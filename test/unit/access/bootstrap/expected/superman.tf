# Written by coffer bootstrap --as terraform.
# Needs version 6 of the provider hashicorp/aws, in which resources name their region.
# Not created here: arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000

resource "aws_kms_key" "superman" {
  region              = "us-east-1"
  description         = "Of a test"
  enable_key_rotation = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_kms_alias" "superman" {
  region        = "us-east-1"
  name          = "alias/superman"
  target_key_id = aws_kms_key.superman.key_id
}

resource "aws_s3_bucket" "superman_secrets" {
  region = "us-east-1"
  bucket = "superman-secrets"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "superman_secrets" {
  region = "us-east-1"
  bucket = aws_s3_bucket.superman_secrets.id

  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "superman_secrets" {
  region = "us-east-1"
  bucket = aws_s3_bucket.superman_secrets.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "superman_secrets" {
  region = "us-east-1"
  bucket = aws_s3_bucket.superman_secrets.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "CofferDenyWithoutTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.superman_secrets.arn, "${aws_s3_bucket.superman_secrets.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  depends_on = [aws_s3_bucket_public_access_block.superman_secrets]
}

resource "aws_s3_bucket_server_side_encryption_configuration" "superman_secrets" {
  region = "us-east-1"
  bucket = aws_s3_bucket.superman_secrets.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "superman_secrets" {
  region = "us-east-1"
  bucket = aws_s3_bucket.superman_secrets.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "superman_secrets" {
  region = "us-east-1"
  bucket = aws_s3_bucket.superman_secrets.id

  rule {
    id     = "coffer-abort-unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }
}
