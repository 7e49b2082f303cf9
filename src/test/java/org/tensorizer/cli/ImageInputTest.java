package org.tensorizer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.TensorSpec;

/** Pictures become the bytes a network takes. */
class ImageInputTest {
    @TempDir
    private Path folder;

    private static TensorSpec tensor(String type, Integer... shape) {
        int size = 1;
        for (int each : shape) {
            size *= each;
        }
        return new TensorSpec("in", type, List.of(shape), 0.1f, 0, size);
    }

    /** Left half red, right half (10, 20, 30). */
    private Path picture(String name, int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, x < width / 2 ? 0xff0000 : 0x0a141e);
            }
        }
        Path file = folder.resolve(name);
        ImageIO.write(image, name.substring(name.length() - 3), file.toFile());
        return file;
    }

    @Test
    void redGreenBlueInTheTensorsSize() throws IOException {
        byte[] bytes = InputPattern.Picture.bytes(picture("a.png", 80, 20), tensor("UINT8", 1, 4, 8, 3));

        assertThat(bytes).hasSize(96);
        assertThat(List.of(bytes[0], bytes[1], bytes[2])).containsExactly((byte) 255, (byte) 0, (byte) 0);
        assertThat(List.of(bytes[93], bytes[94], bytes[95])).containsExactly((byte) 10, (byte) 20, (byte) 30);
    }

    @Test
    void signedTensorsAndOneChannel() throws IOException {
        Path file = picture("b.png", 8, 4);

        assertThat(InputPattern.Picture.bytes(file, tensor("INT8", 1, 4, 8, 3))[0])
                .isEqualTo((byte) 127);
        byte[] gray = InputPattern.Picture.bytes(file, tensor("UINT8", 1, 4, 8, 1));
        assertThat(gray).hasSize(32);
        assertThat(gray[0] & 0xff).isEqualTo(76);
    }

    @Test
    void whatIsNoPictureAndWhatTakesNone() throws IOException {
        Path damaged = Files.write(folder.resolve("c.png"), new byte[] {1, 2, 3});
        Path cut = folder.resolve("d.jpg");
        byte[] whole = Files.readAllBytes(picture("e.png", 50, 50));
        Files.write(cut, java.util.Arrays.copyOf(whole, whole.length / 2));
        Path sound = picture("f.png", 8, 4);

        assertThatThrownBy(() -> InputPattern.Picture.bytes(damaged, tensor("UINT8", 1, 4, 8, 3)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected a PNG or JPEG picture");
        assertThatThrownBy(() -> InputPattern.Picture.bytes(cut, tensor("UINT8", 1, 4, 8, 3)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("damaged picture");
        assertThatThrownBy(() -> InputPattern.Picture.bytes(sound, tensor("UINT8", 1, 256)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("expected UINT8 or INT8 [1, height, width, 1 or 3]");
        assertThatThrownBy(() -> InputPattern.Picture.bytes(sound, tensor("FLOAT32", 1, 4, 8, 3)))
                .isInstanceOf(BadInputException.class);
    }
}
