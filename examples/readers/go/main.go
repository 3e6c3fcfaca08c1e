// Prints the object of a parameter, with Amazon's S3 Encryption Client for Go.
//
//	go run . BUCKET KEY PARAMETER KMSKEY
package main

import (
	"context"
	"io"
	"log"
	"os"

	"github.com/aws/amazon-s3-encryption-client-go/v3/client"
	"github.com/aws/amazon-s3-encryption-client-go/v3/materials"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	if err := read(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		log.Fatal(err)
	}
}

func read(ctx context.Context, bucket, key, parameter, kmskey string) error {
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	objects := s3.NewFromConfig(settings, func(options *s3.Options) { options.UsePathStyle = true })
	keyring := materials.NewKmsKeyring(kms.NewFromConfig(settings), kmskey)
	manager, err := materials.NewCryptographicMaterialsManager(keyring)
	if err != nil {
		return err
	}
	encrypted, err := client.New(objects, manager)
	if err != nil {
		return err
	}
	// The pair that binds the object to its parameter. Without it, the client would take whatever
	// the object's metadata says.
	ctx = context.WithValue(ctx, client.EncryptionContext, map[string]string{"Parameter": parameter})
	answer, err := encrypted.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}
