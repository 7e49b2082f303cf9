package org.tensorizer.device.record;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.tensorizer.device.Device;
import org.tensorizer.device.Provenance;
import org.tensorizer.device.Session;
import org.tensorizer.device.StubDevice;

/** A process that records inferences 0, 1, 2, ... until it is killed. */
final class ChildRecorder {
    static final byte[] MODEL = {7, 7, 7};

    private ChildRecorder() {}

    static StubDevice device() {
        return new StubDevice("usb:0", Provenance.DOUBLE);
    }

    static byte[] input(int number) {
        return ByteBuffer.allocate(4).putInt(number & 0xffffff).array();
    }

    public static void main(String[] arguments) {
        Device device = RecordingDevice.of(device(), Path.of(arguments[0]));
        Session session = device.open(StubDevice.model("m", MODEL));
        for (int i = 0; ; i++) {
            session.run(input(i));
            if (i == 0) {
                System.out.println("recording");
            }
        }
    }
}
