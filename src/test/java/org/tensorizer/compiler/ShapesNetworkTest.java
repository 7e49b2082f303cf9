package org.tensorizer.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.tensorizer.device.Device;
import org.tensorizer.device.Session;
import org.tensorizer.device.open.DeviceChoice;
import org.tensorizer.device.open.Devices;
import org.tensorizer.model.TfliteModel;

/**
 * The committed classifier comes out of its training byte for byte, and knows its classes, also compiled. After a change
 * {@code -Dtensorizer.fixtures.write=true} writes it anew.
 */
class ShapesNetworkTest {
    private static final Path FOLDER = Path.of("fixtures", "networks");
    private static final Path MODEL = FOLDER.resolve("shapes.tflite");
    private static final int PICTURES = 200;

    @Test
    void comesOutOfItsTraining() throws IOException {
        byte[] trained = ShapesNetwork.trained(4).tflite(5);
        ShapesPictures pictures = new ShapesPictures(6);
        boolean write = Boolean.getBoolean("tensorizer.fixtures.write");
        if (write) {
            Files.write(MODEL, trained);
        }
        assertThat(MODEL).hasBinaryContent(trained);
        for (int label = 0; label < ShapesPictures.CLASSES.size(); label++) {
            int[] pixels = pictures.next(label);
            Path picture = FOLDER.resolve(ShapesPictures.CLASSES.get(label).replace(' ', '_') + ".png");
            if (write) {
                ImageIO.write(ShapesPictures.image(pixels), "png", picture.toFile());
            }
            var image = ImageIO.read(picture.toFile());
            for (int i = 0; i < pixels.length; i++) {
                int found = image.getRGB(i % ShapesPictures.SIZE, i / ShapesPictures.SIZE) & 0xff;
                assertThat(found).as("%s, pixel %d", picture, i).isEqualTo(pixels[i]);
            }
        }
    }

    @Test
    void knowsItsClassesAlsoCompiled() {
        TfliteModel source = TfliteModel.read(MODEL);
        byte[] compiled = NetworkCompiler.compileWhole(source).file();
        int right = 0;
        int same = 0;
        ShapesPictures pictures = new ShapesPictures(7);
        try (Device cpu = Devices.open(DeviceChoice.CPU);
                Device emulator = Devices.open(DeviceChoice.EMULATOR);
                Session plain = cpu.open(source);
                Session chip = emulator.open(TfliteModel.parse("shapes, compiled", compiled))) {
            for (int i = 0; i < PICTURES; i++) {
                int label = i % ShapesPictures.CLASSES.size();
                byte[] picture = ShapesPictures.bytes(pictures.next(label));
                int found = largest(chip.run(picture));
                right += found == label ? 1 : 0;
                same += found == largest(plain.run(picture)) ? 1 : 0;
            }
        }
        assertThat(right).isGreaterThanOrEqualTo(195);
        assertThat(same).isGreaterThanOrEqualTo(PICTURES - 1);
    }

    private static int largest(byte[] odds) {
        int largest = 0;
        for (int c = 1; c < odds.length; c++) {
            largest = (odds[c] & 0xff) > (odds[largest] & 0xff) ? c : largest;
        }
        return largest;
    }
}
