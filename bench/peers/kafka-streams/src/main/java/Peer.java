import com.google.protobuf.CodedInputStream;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Kafka Streams doing one aggregate alone: count, mean, sum of squared deviations, least and most of six vitals a patient, in tumbling windows of
 * one minute. Arguments: topic, readings in it, threads, broker, and the guarantee (optional). Prints what it took.
 */
public class Peer {
  private static final int VITALS = 6;
  private static final int FIRST_VITAL_FIELD = 10;
  private static final int MEASURED_AT_FIELD = 6;
  /** Count, mean, squared deviations, least, most: eight bytes each. */
  private static final int VITAL_BYTES = 40;

  public static void main(String[] args) throws InterruptedException {
    String topic = args[0];
    long total = Long.parseLong(args[1]);
    AtomicLong seen = new AtomicLong();
    AtomicLong firstNs = new AtomicLong();

    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
            .withTimestampExtractor((record, partitionTime) -> measuredAt((byte[]) record.value())))
        .groupByKey(Grouped.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(1), Duration.ofSeconds(30)))
        .aggregate(
            () -> new byte[VITALS * VITAL_BYTES],
            (key, value, aggregate) -> {
              seen.incrementAndGet();
              firstNs.compareAndSet(0, System.nanoTime());
              return add(value, aggregate);
            },
            Materialized.<byte[], byte[], WindowStore<Bytes, byte[]>>as("aggregate")
                .withKeySerde(Serdes.ByteArray())
                .withValueSerde(Serdes.ByteArray()))
        .toStream((window, value) -> window.key())
        .to(topic + "-aggregate", Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));

    KafkaStreams streams = new KafkaStreams(builder.build(), settings(args));
    streams.start();
    while (seen.get() < total) Thread.sleep(20);
    double seconds = (System.nanoTime() - firstNs.get()) / 1e9;
    OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    System.out.printf("{\"readings\":%d,\"seconds\":%.3f,\"cpuSeconds\":%.3f}%n", seen.get(), seconds, system.getProcessCpuTime() / 1e9);
    System.exit(0);
  }

  private static Properties settings(String[] args) {
    Properties settings = new Properties();
    settings.put("application.id", "vitalwire-peer");
    settings.put("num.stream.threads", Integer.parseInt(args[2]));
    settings.put("bootstrap.servers", args[3]);
    settings.put("auto.offset.reset", "earliest");
    settings.put("state.dir", System.getProperty("java.io.tmpdir"));
    settings.put("commit.interval.ms", 1000);
    settings.put("statestore.cache.max.bytes", 64 << 20);
    if (args.length > 4) settings.put("processing.guarantee", args[4]);
    return settings;
  }

  private static long measuredAt(byte[] value) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(value);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag >>> 3 == MEASURED_AT_FIELD) return in.readUInt64();
        in.skipField(tag);
      }
      return 0;
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  private static byte[] add(byte[] value, byte[] before) {
    byte[] after = before.clone();
    ByteBuffer aggregate = ByteBuffer.wrap(after);
    try {
      CodedInputStream in = CodedInputStream.newInstance(value);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        int vital = (tag >>> 3) - FIRST_VITAL_FIELD;
        if (vital < 0 || vital >= VITALS) in.skipField(tag);
        else addVital(aggregate, vital * VITAL_BYTES, in.readFloat());
      }
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
    return after;
  }

  private static void addVital(ByteBuffer aggregate, int at, double x) {
    double count = aggregate.getDouble(at) + 1;
    double mean = aggregate.getDouble(at + 8);
    double deviation = x - mean;
    mean += deviation / count;
    aggregate.putDouble(at, count);
    aggregate.putDouble(at + 8, mean);
    aggregate.putDouble(at + 16, aggregate.getDouble(at + 16) + deviation * (x - mean));
    aggregate.putDouble(at + 24, count == 1 ? x : Math.min(aggregate.getDouble(at + 24), x));
    aggregate.putDouble(at + 32, count == 1 ? x : Math.max(aggregate.getDouble(at + 32), x));
  }
}
