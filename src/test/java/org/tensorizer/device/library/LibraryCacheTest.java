package org.tensorizer.device.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorizer.base.BadInputException;

class LibraryCacheTest {
    /** In a jar, whatever the platform of this test. */
    private static final String RESOURCE = "com/sun/jna/linux-x86-64/libjnidispatch.so";

    @TempDir
    private Path folder;

    @Test
    void writesOnceForItsOwnerOnly() throws IOException {
        LibraryCache cache = LibraryCache.at(folder.resolve("a/cache"));
        LibraryFile first = cache.file(RESOURCE);
        assertThat(first.bundled()).isTrue();
        assertThat(first.path().getFileName()).hasToString("libjnidispatch.so");
        assertThat(permissions(cache.folder())).isEqualTo("rwx------");
        assertThat(permissions(first.path().getParent())).isEqualTo("rwx------");
        FileTime written = Files.getLastModifiedTime(first.path());
        assertThat(cache.file(RESOURCE)).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(first.path())).isEqualTo(written);
        assertThat(filesIn(first.path().getParent()))
                .as("no temporary file is left")
                .hasSize(1);
    }

    @Test
    void replacesAFileThatIsNotTheJars() throws IOException {
        LibraryCache cache = LibraryCache.at(folder.resolve("cache"));
        LibraryFile library = cache.file(RESOURCE);
        byte[] bytes = Files.readAllBytes(library.path());
        byte[] changed = bytes.clone();
        changed[bytes.length / 2] ^= 1;
        Files.write(library.path(), changed);
        assertThat(cache.file(RESOURCE).sha256()).isEqualTo(library.sha256());
        assertThat(Files.readAllBytes(library.path())).isEqualTo(bytes);
        Files.write(library.path(), new byte[10]);
        assertThat(cache.file(RESOURCE).sha256()).isEqualTo(library.sha256());
    }

    @Test
    void followsNoSymbolicLinkThatSomebodyPutInItsPlace() throws IOException {
        LibraryCache cache = LibraryCache.at(folder.resolve("cache"));
        LibraryFile library = cache.file(RESOURCE);
        Path elsewhere = Files.copy(library.path(), folder.resolve("elsewhere.so"));
        Files.delete(library.path());
        Files.createSymbolicLink(library.path(), elsewhere);
        assertThat(cache.file(RESOURCE).path()).isRegularFile();
        assertThat(Files.isSymbolicLink(library.path())).isFalse();
        assertThat(elsewhere).exists();
    }

    /** And does not close it: it may be one that others need, such as the system's temporary folder. */
    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwx-w----", "rwx----w-"})
    void refusesAFolderThatOthersMayWriteTo(String permissions) throws IOException {
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> LibraryCache.at(open))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("others may write to it (" + permissions + ")");
        assertThat(permissions(open)).isEqualTo(permissions);
        assertThat(filesIn(open)).isEmpty();
    }

    @Test
    void aFolderThatOthersMayReadHoldsLibrariesThatTheyMayNot() throws IOException {
        Path readable = Files.createDirectory(folder.resolve("readable"));
        Files.setPosixFilePermissions(readable, PosixFilePermissions.fromString("rwxr-xr-x"));
        LibraryFile library = LibraryCache.at(readable).file(RESOURCE);
        assertThat(permissions(readable)).isEqualTo("rwxr-xr-x");
        assertThat(permissions(library.path().getParent())).isEqualTo("rwx------");
    }

    @Test
    void refusesASymbolicLinkInPlaceOfAFolder() throws IOException {
        Path real = Files.createDirectory(folder.resolve("real"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        assertThatThrownBy(() -> LibraryCache.at(link))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(link + ": is a symbolic link");
        assertThat(filesIn(real)).isEmpty();

        LibraryCache cache = LibraryCache.at(folder.resolve("cache"));
        Path home = cache.file(RESOURCE).path().getParent();
        Files.move(home, folder.resolve("moved"));
        Files.createSymbolicLink(home, folder.resolve("moved"));
        assertThatThrownBy(() -> cache.file(RESOURCE))
                .as("a link inside")
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(home + ": is a symbolic link");
    }

    @Test
    void refusesAFolderOfAnotherUser() throws IOException {
        Path foreign = Files.createDirectory(folder.resolve("foreign"));
        if (new UnixSystem().getUid() == 0) {
            Files.setAttribute(foreign, "unix:uid", 65534);
        } else {
            foreign = Path.of("/usr");
        }
        Path named = foreign;
        assertThatThrownBy(() -> LibraryCache.at(named))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining(named + ": belongs to user ");
    }

    @Test
    void whatAKilledProcessLeftGoesAfterAnHour() throws IOException {
        LibraryCache cache = LibraryCache.at(folder.resolve("cache"));
        LibraryFile library = cache.file(RESOURCE);
        Path old = Files.createFile(library.path().resolveSibling("libjnidispatch.so1.part"));
        Path young = Files.createFile(library.path().resolveSibling("libjnidispatch.so2.part"));
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minusSeconds(7200)));
        Files.delete(library.path());
        cache.file(RESOURCE);
        assertThat(filesIn(library.path().getParent())).containsExactlyInAnyOrder(library.path(), young);
    }

    @Test
    void manyAtOnceAgree() throws Exception {
        Path home = folder.resolve("cache");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            Callable<LibraryFile> task = () -> LibraryCache.at(home).file(RESOURCE);
            List<Future<LibraryFile>> results = threads.invokeAll(java.util.Collections.nCopies(32, task));
            LibraryFile expected = LibraryCache.at(home).file(RESOURCE);
            for (Future<LibraryFile> result : results) {
                assertThat(result.get()).isEqualTo(expected);
            }
            assertThat(filesIn(expected.path().getParent())).hasSize(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void workFromAClassesFolderToo() {
        LibraryFile copy = LibraryCache.at(folder.resolve("cache")).file("org/tensorizer/ArchitectureTest.class");
        assertThat(copy.path()).isRegularFile();
    }

    @Test
    void saysWhatIsMissing() {
        LibraryCache cache = LibraryCache.at(folder.resolve("cache"));
        assertThatThrownBy(() -> cache.file("org/bytedeco/tensorflowlite/plan9-vax/libjnitensorflowlite.so"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("plan9-vax")
                .hasMessageContaining(Platform.current().toString());
        assertThatThrownBy(() -> LibraryCache.at(Path.of("/proc/cache/x")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("/proc/cache/x");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<Path> filesIn(Path path) throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.toList();
        }
    }
}
