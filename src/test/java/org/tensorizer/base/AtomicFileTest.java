package org.tensorizer.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.OwnDisk;
import org.tensorizer.base.AtomicFiles.Existing;

class AtomicFileTest {
    private static final byte[] OLD = "old".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEW = "brand new".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    Path folder;

    private Path old() throws IOException {
        return Files.write(folder.resolve("old"), OLD);
    }

    private void onlyFiles(String... names) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(names);
        }
    }

    @Test
    void writesANewFile() throws IOException {
        Path file = folder.resolve("new");
        AtomicFiles.write(file, NEW, Existing.REFUSE);
        assertThat(file).hasBinaryContent(NEW);
        onlyFiles("new");
    }

    @Test
    void anExistingFileIsReplacedOnlyIfAsked() throws IOException {
        Path file = old();
        assertThatThrownBy(() -> AtomicFiles.write(file, NEW, Existing.REFUSE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("overwriting was not asked for");
        assertThat(file).hasBinaryContent(OLD);
        AtomicFiles.write(file, NEW, Existing.REPLACE);
        assertThat(file).hasBinaryContent(NEW);
        onlyFiles("old");
    }

    @Test
    void permissionsOfAReplacedFileStay() throws IOException {
        Path file = old();
        assumeTrue(
                Files.getFileAttributeView(file, PosixFileAttributeView.class) != null,
                "no POSIX permissions in " + folder);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r-x"));
        AtomicFiles.write(file, NEW, Existing.REPLACE);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-rw-r-x");
    }

    @Test
    void theInputIsNeverWrittenOver() throws IOException {
        Path input = old();
        Path symbolic = Files.createSymbolicLink(folder.resolve("symbolic"), input);
        Path hard = Files.createLink(folder.resolve("hard"), input);
        for (Path output : new Path[] {input, symbolic, hard, folder.resolve("./old"), folder.resolve("x/../old")}) {
            for (Path given : new Path[] {input, symbolic, hard}) {
                assertThatThrownBy(() -> AtomicFiles.write(output, NEW, Existing.REPLACE, given))
                        .isInstanceOf(BadInputException.class);
            }
        }
        assertThat(input).hasBinaryContent(OLD);
        onlyFiles("old", "symbolic", "hard");
    }

    @Test
    void aSymbolicLinkIsFollowedAndStays() throws IOException {
        Path file = old();
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("old"));
        assertThatThrownBy(() -> AtomicFiles.write(link, NEW, Existing.REFUSE)).isInstanceOf(BadInputException.class);
        AtomicFiles.write(link, NEW, Existing.REPLACE);
        assertThat(file).hasBinaryContent(NEW);
        assertThat(link).isSymbolicLink();
        Path loop = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
        Path dangling = Files.createSymbolicLink(folder.resolve("dangling"), Path.of("absent"));
        for (Path bad : new Path[] {loop, dangling}) {
            assertThatThrownBy(() -> AtomicFiles.write(bad, NEW, Existing.REPLACE))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("leads nowhere");
        }
        onlyFiles("old", "link", "loop", "dangling");
    }

    @Test
    void foldersAndAbsentFoldersAreRefused() throws IOException {
        assertThatThrownBy(() -> AtomicFiles.write(folder, NEW, Existing.REPLACE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("found a directory");
        assertThatThrownBy(() -> AtomicFiles.write(folder.resolve("absent/new"), NEW, Existing.REPLACE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("folder does not exist");
        assertThatThrownBy(() -> AtomicFiles.write(old().resolve("new"), NEW, Existing.REPLACE))
                .isInstanceOf(BadInputException.class);
    }

    /** A socket of our own: a real device would be replaced by a file if this ever failed, and the machine with it. */
    @Test
    void whatIsNoRegularFileIsRefused() throws IOException {
        Path socket = folder.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertThatThrownBy(() -> AtomicFiles.write(socket, NEW, Existing.REPLACE))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("found a device, pipe or socket");
            assertThat(Files.readAttributes(socket, BasicFileAttributes.class).isOther())
                    .isTrue();
        }
    }

    @Test
    void aCheckRefusesWhatAWriteWouldAndWritesNothing() throws IOException {
        Path fresh = folder.resolve("new");
        assertThat(AtomicFiles.check(fresh, Existing.REFUSE)).isEqualTo(fresh);
        assertThat(fresh).doesNotExist();
        assertThatThrownBy(() -> AtomicFiles.check(fresh, Existing.REPLACE, folder.resolve("x/../new")))
                .as("two outputs of one name")
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is the input");
        assertThatThrownBy(() -> AtomicFiles.check(old(), Existing.REFUSE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("overwriting was not asked for");
        assertThatThrownBy(() -> AtomicFiles.check(folder.resolve("absent/new"), Existing.REPLACE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("folder does not exist");
    }

    /** Root may write to a folder without write permission, so the folder of devices stands in for it. */
    @Test
    void aReadOnlyFolderIsRefused() throws IOException {
        Path readOnly = folder.resolve("read-only");
        Files.createDirectory(
                readOnly, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        Path refusing = Files.isWritable(readOnly) ? Path.of("/sys/kernel") : readOnly;
        assumeTrue(Files.isDirectory(refusing), "user may write everywhere and there is no " + refusing);
        assertThatThrownBy(() -> AtomicFiles.write(refusing.resolve("new"), NEW, Existing.REPLACE))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("permission denied");
        assertThat(refusing.resolve("new")).doesNotExist();
    }

    /** A child process that may not write files beyond 64 KiB, which fails in the middle as a full disk does. */
    @Test
    void aWriteThatFailsInTheMiddleLeavesTheOldFileAlone() throws Exception {
        Path file = old();
        String said = shell("ulimit -f 128 && exec \"$0\" \"$@\"", file, "once");
        assertThat(said).contains("BadInputException").contains("cannot be written");
        assertThat(file).hasBinaryContent(OLD);
        onlyFiles("old");
    }

    /** A child process with a disk of 128 KiB of its own. */
    @Test
    void aFullDiskLeavesTheOldFileAlone() throws Exception {
        OwnDisk.require();
        String mount = "mount -t tmpfs -o size=128k tmpfs \"" + folder + "\" && exec \"$0\" \"$@\"";
        String said = shell("exec unshare -rm sh -c '" + mount + "' \"$0\" \"$@\"", folder.resolve("new"), "full");
        assertThat(said)
                .contains("cannot be written: No space left")
                .contains("[1, 2, 3]")
                .contains("1 file");
    }

    /** What a {@link ChildWriter} says that is started by a line of shell. */
    private static String shell(String line, Path file, String mode) throws Exception {
        Path shell = Path.of("/bin/sh");
        assumeTrue(Files.exists(shell), "needs " + shell);
        Process child = new ProcessBuilder(
                        shell.toString(),
                        "-c",
                        line,
                        ChildWriter.java(),
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChildWriter.class.getName(),
                        file.toString(),
                        mode)
                .redirectErrorStream(true)
                .start();
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    @Test
    void whatAKilledWriterLeftGoesAfterAnHour() throws IOException {
        Path old = Files.write(folder.resolve(".tensorizer-0.tmp"), OLD);
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(3700)));
        Path young = Files.write(folder.resolve(".tensorizer-1.tmp"), OLD);
        Path others = Files.write(folder.resolve("mine.tmp"), OLD);
        Files.setLastModifiedTime(others, FileTime.from(Instant.EPOCH));
        AtomicFiles.write(folder.resolve("new"), NEW, Existing.REFUSE);
        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(others).exists();
    }

    @Test
    void filesThatBelongTogetherAreWrittenAllOrNone() throws IOException {
        Path file = old();
        AtomicFiles files = new AtomicFiles(Existing.REPLACE)
                .add(file, NEW)
                .add(folder.resolve("fresh"), NEW)
                .add(folder.resolve("third"), NEW);
        assertThatThrownBy(() -> files.add(folder.resolve("./fresh"), OLD))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("is the output " + folder.resolve("fresh") + " already");
        onlyFiles("old");
        Files.createDirectory(folder.resolve("sub"));
        files.add(folder.resolve("sub/last"), NEW);
        Files.delete(folder.resolve("sub"));
        assertThatThrownBy(files::write)
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("sub/last: its folder does not exist");
        assertThat(file).hasBinaryContent(OLD);
        onlyFiles("old");
        Files.createDirectory(folder.resolve("sub"));
        files.write();
        assertThat(file).hasBinaryContent(NEW);
        onlyFiles("old", "fresh", "third", "sub");
    }

    @Test
    void ofManyWritersThatMustNotReplaceOneWins() {
        Path file = folder.resolve("new");
        long winners = IntStream.range(0, 32)
                .parallel()
                .filter(n -> {
                    try {
                        AtomicFiles.write(file, NEW, Existing.REFUSE);
                        return true;
                    } catch (BadInputException e) {
                        return false;
                    }
                })
                .count();
        assertThat(winners).isEqualTo(1);
        assertThat(file).hasBinaryContent(NEW);
    }
}
