"""Prints the object of a parameter, with Amazon's S3 Encryption Client for Python.

python read.py BUCKET KEY PARAMETER KMSKEY
"""

import sys

import boto3
from botocore.config import Config
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.materials.kms_keyring import KmsKeyring

bucket, key, parameter, kmskey = sys.argv[1:]
s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
keyring = KmsKeyring(boto3.client("kms"), kmskey)
client = S3EncryptionClient(s3, S3EncryptionClientConfig(keyring=keyring))

# The pair that binds the object to its parameter.
answer = client.get_object(
    Bucket=bucket, Key=key, EncryptionContext={"Parameter": parameter}
)
sys.stdout.buffer.write(answer["Body"].read())
