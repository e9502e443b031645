import com.google.protobuf.CodedInputStream;
import java.nio.*; import java.time.*; import java.util.*; import java.util.concurrent.atomic.*;
import org.apache.kafka.common.serialization.*; import org.apache.kafka.common.utils.Bytes; import org.apache.kafka.streams.*; import org.apache.kafka.streams.kstream.*; import org.apache.kafka.streams.state.*;

/** Peer: one-minute tumbling count/mean/min/max/M2 of six vitals per patient on Kafka Streams; prints readings a second. */
public class Peer {
  public static void main(String[] a) throws Exception {
    String topic = a[0]; long total = Long.parseLong(a[1]); int threads = Integer.parseInt(a[2]);
    AtomicLong seen = new AtomicLong(); AtomicLong first = new AtomicLong();
    Properties p = new Properties(); p.put("application.id", "peer-" + System.currentTimeMillis()); p.put("bootstrap.servers", a[3]); p.put("num.stream.threads", threads);
    p.put("auto.offset.reset", "earliest"); p.put("state.dir", System.getProperty("java.io.tmpdir") + "/kstreams-" + System.currentTimeMillis()); p.put("commit.interval.ms", 1000); p.put("statestore.cache.max.bytes", 64 << 20); if (a.length > 4) p.put("processing.guarantee", a[4]);
    StreamsBuilder b = new StreamsBuilder();
    b.stream(topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()).withTimestampExtractor((r, t) -> { try { return ts((byte[]) r.value()); } catch (Exception e) { return t; } }))
     .groupByKey(Grouped.with(Serdes.ByteArray(), Serdes.ByteArray()))
     .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(1), Duration.ofSeconds(30)))
     .aggregate(() -> ByteBuffer.allocate(6 * 40).array(), (k, v, agg) -> { seen.incrementAndGet(); first.compareAndSet(0, System.nanoTime()); try { return add(v, agg); } catch (Exception e) { throw new RuntimeException(e); } },
        Materialized.<byte[], byte[], WindowStore<Bytes, byte[]>>as("agg").withKeySerde(Serdes.ByteArray()).withValueSerde(Serdes.ByteArray()))
     .toStream((w, v) -> w.key()).to(topic + "-agg", Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    KafkaStreams s = new KafkaStreams(b.build(), p); s.start();
    while (seen.get() < total) Thread.sleep(20);
    double d = (System.nanoTime() - first.get()) / 1e9; System.out.printf("kafka-streams %d readings in %.2fs: %.0f readings/s%n", seen.get(), d, seen.get() / d);
    long cpu = ((com.sun.management.OperatingSystemMXBean) java.lang.management.ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime(); System.out.printf("process cpu %.2fs%n", cpu / 1e9);
    System.exit(0);
  }
  static long ts(byte[] v) throws Exception { CodedInputStream in = CodedInputStream.newInstance(v); int t; while ((t = in.readTag()) != 0) { if (t >>> 3 == 6) return in.readUInt64(); in.skipField(t); } return 0; }
  static byte[] add(byte[] v, byte[] agg) throws Exception {
    byte[] out = agg.clone(); ByteBuffer b = ByteBuffer.wrap(out); CodedInputStream in = CodedInputStream.newInstance(v); int t;
    while ((t = in.readTag()) != 0) { int f = t >>> 3; if (f >= 10 && f <= 15) { double x = in.readFloat(); int o = (f - 10) * 40; double n = b.getDouble(o) + 1, mean = b.getDouble(o + 8), d = x - mean; mean += d / n;
      b.putDouble(o, n).putDouble(o + 8, mean).putDouble(o + 16, b.getDouble(o + 16) + d * (x - mean)).putDouble(o + 24, n == 1 ? x : Math.min(b.getDouble(o + 24), x)).putDouble(o + 32, n == 1 ? x : Math.max(b.getDouble(o + 32), x)); } else in.skipField(t); }
    return out;
  }
}
