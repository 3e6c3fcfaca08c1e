import java.util.Map;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.encryption.s3.S3EncryptionClient;

/** Prints the object of a parameter, with Amazon's S3 Encryption Client for Java. */
public final class Read {
  /** Takes BUCKET KEY PARAMETER KMSKEY. */
  public static void main(String[] args) {
    try (S3Client client =
        S3EncryptionClient.builderV4().kmsKeyId(args[3]).forcePathStyle(true).build()) {
      // The pair that binds the object to its parameter.
      Map<String, String> pair = Map.of("Parameter", args[2]);
      byte[] bytes =
          client
              .getObjectAsBytes(
                  request ->
                      request
                          .bucket(args[0])
                          .key(args[1])
                          .overrideConfiguration(
                              S3EncryptionClient.withAdditionalConfiguration(pair)))
              .asByteArray();
      System.out.writeBytes(bytes);
      System.out.flush();
    }
  }
}
