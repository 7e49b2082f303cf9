package org.tensorizer.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tensorizer.base.BadInputException;
import org.tensorizer.base.Sha256;
import org.tensorizer.tools.PublicModels.ModelFile;

/**
 * Fetches a file over HTTP into a folder: into {@code FILE.part}, which a later run goes on with, renamed when size and
 * digest are right. A file that is there already and right is not fetched again. Proxies: the JVM's settings
 * ({@code -Dhttps.proxyHost=}), else the variables {@code https_proxy}, {@code http_proxy} and {@code no_proxy}.
 *
 * <p>Two processes never fetch the same file at once; the second is told so. Thread-safe.
 */
public final class Download {
    private static final int CONNECT_MILLIS = 20_000;

    /** A server that sends nothing for so long is given up; what has come stays. */
    private static final int SILENCE_MILLIS = 30_000;

    private static final int NOTHING_LEFT = 416;

    /** No model of this chip is larger. */
    private static final long MOST_BYTES = 256L << 20;

    /** Told how far a file is; total is -1 while nobody knows it. */
    public interface Progress {
        void at(long done, long total);
    }

    /**
     * What a file turned out to be.
     *
     * @param fetched whether anything came over the network
     * @param verified whether the digest was known before
     */
    public record Result(Path path, long bytes, String sha256, boolean fetched, boolean verified) {}

    private final ProxySelector proxies;
    private final int silenceMillis;

    public Download() {
        this(System.getenv(), SILENCE_MILLIS);
    }

    Download(Map<String, String> environment, int silenceMillis) {
        proxies = proxies(environment);
        this.silenceMillis = silenceMillis;
    }

    /**
     * Makes the file be there.
     *
     * @throws BadInputException the server does not have it, sends something else, or cannot be reached; what was fetched
     *     so far stays for the next run, unless it is wrong
     * @throws IOException the folder cannot be written
     */
    public Result get(ModelFile file, Path folder, Progress progress) throws IOException {
        Files.createDirectories(folder);
        Path target = folder.resolve(file.file());
        if (Files.isRegularFile(target)) {
            return existing(file, target);
        }
        Path part = folder.resolve(file.file() + ".part");
        try (FileChannel channel = FileChannel.open(
                        part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = lock(channel, part)) {
            fetch(file, channel, progress);
            channel.force(true);
            Result result = check(file, part, target, channel.size());
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            return result;
        }
    }

    private static Result existing(ModelFile file, Path target) throws IOException {
        String found = digest(target);
        if (file.sha256().isPresent() && !file.sha256().get().equals(found)) {
            throw new BadInputException(target + ": SHA-256 is " + found + ", expected "
                    + file.sha256().get() + " (" + file.digestSource() + "); remove the file to fetch it anew");
        }
        return new Result(
                target, Files.size(target), found, false, file.sha256().isPresent());
    }

    private static FileLock lock(FileChannel channel, Path part) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new BadInputException(part + ": another process is fetching this file");
        }
        return lock;
    }

    private void fetch(ModelFile file, FileChannel channel, Progress progress) throws IOException {
        long have = channel.size();
        HttpURLConnection connection = open(file.url(), have);
        try {
            int status = status(file.url(), connection);
            if (status == NOTHING_LEFT && have > 0) {
                return; // it was whole, or the digest will say that it is wrong
            }
            if (status != HttpURLConnection.HTTP_OK && status != HttpURLConnection.HTTP_PARTIAL) {
                throw new BadInputException(file.url() + ": HTTP status " + status + ", expected 200");
            }
            if (status == HttpURLConnection.HTTP_OK) {
                have = 0;
                channel.truncate(0);
            }
            long length = connection.getContentLengthLong();
            copy(file.url(), connection.getInputStream(), channel, have, length < 0 ? -1 : have + length, progress);
        } finally {
            connection.disconnect();
        }
    }

    private HttpURLConnection open(URI url, long have) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                url.toURL().openConnection(proxies.select(url).get(0));
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(silenceMillis);
        connection.setRequestProperty("User-Agent", "tensorizer");
        if (have > 0) {
            connection.setRequestProperty("Range", "bytes=" + have + "-");
        }
        return connection;
    }

    private static int status(URI url, HttpURLConnection connection) {
        try {
            return connection.getResponseCode();
        } catch (IOException e) {
            throw new BadInputException(url + ": cannot be reached (" + reason(e)
                    + "); is there a network, or a proxy to be named by https_proxy?");
        }
    }

    private static void copy(URI url, InputStream body, FileChannel channel, long from, long total, Progress progress)
            throws IOException {
        byte[] buffer = new byte[1 << 16];
        long done = from;
        channel.position(from);
        try (body) {
            int count;
            while ((count = read(url, body, buffer, done)) >= 0) {
                done += count;
                if (done > MOST_BYTES) {
                    throw new BadInputException(url + ": more than " + MOST_BYTES + " bytes, no model is that large");
                }
                ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, count);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                progress.at(done, total);
            }
        }
        if (total >= 0 && done < total) {
            throw new BadInputException(url + ": the connection ended after " + done + " of " + total
                    + " bytes; run the command again to go on");
        }
    }

    private static int read(URI url, InputStream body, byte[] buffer, long done) {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new BadInputException(url + ": the connection broke after " + done + " bytes (" + reason(e)
                    + "); run the command again to go on");
        }
    }

    private static Result check(ModelFile file, Path part, Path target, long size) throws IOException {
        String found = digest(part);
        String wrong = null;
        if (file.bytes().isPresent() && file.bytes().getAsLong() != size) {
            wrong = size + " bytes, expected " + file.bytes().getAsLong();
        } else if (file.sha256().isPresent() && !file.sha256().get().equals(found)) {
            wrong = "SHA-256 " + found + ", expected " + file.sha256().get() + " (" + file.digestSource() + ")";
        }
        if (wrong != null) {
            Files.delete(part);
            throw new BadInputException(file.url() + ": " + wrong + "; what was fetched is removed");
        }
        return new Result(target, size, found, true, file.sha256().isPresent());
    }

    private static String digest(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    /** The JVM's own settings win; then the variables other programs read. */
    private static ProxySelector proxies(Map<String, String> environment) {
        if (System.getProperty("https.proxyHost") != null || System.getProperty("http.proxyHost") != null) {
            return ProxySelector.getDefault();
        }
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                String proxy = variable(environment, uri.getScheme() + "_proxy");
                if (proxy == null || isExempt(environment, uri.getHost())) {
                    return List.of(Proxy.NO_PROXY);
                }
                URI at = URI.create(proxy.contains("://") ? proxy : "http://" + proxy);
                int port = at.getPort() < 0 ? 80 : at.getPort();
                return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(at.getHost(), port)));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {
                // send() reports it
            }
        };
    }

    private static String variable(Map<String, String> environment, String name) {
        String value = environment.getOrDefault(name, environment.get(name.toUpperCase(Locale.ROOT)));
        return value == null || value.isBlank() ? null : value;
    }

    private static boolean isExempt(Map<String, String> environment, String host) {
        String exempt = variable(environment, "no_proxy");
        if (exempt == null || host == null) {
            return false;
        }
        for (String each : exempt.split(",", -1)) {
            String suffix = each.strip();
            if (suffix.equals("*")
                    || !suffix.isEmpty()
                            && (host.equals(suffix) || host.endsWith("." + suffix.replaceFirst("^\\.", "")))) {
                return true;
            }
        }
        return false;
    }
}
