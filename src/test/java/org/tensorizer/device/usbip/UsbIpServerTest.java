package org.tensorizer.device.usbip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.tensorizer.base.BadInputException;
import org.tensorizer.device.usb.Wire.Dfu;
import org.tensorizer.device.usbip.UsbIpClient.Described;
import org.tensorizer.device.usbip.UsbIpClient.Reply;
import org.tensorizer.device.virtual.ScriptedChip;
import org.tensorizer.device.virtual.TestSettings;
import org.tensorizer.device.virtual.VirtualBus;
import org.tensorizer.device.virtual.VirtualSettings;

@Timeout(60)
class UsbIpServerTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final List<String> log = new CopyOnWriteArrayList<>();
    private VirtualBus bus;
    private UsbIpServer server;

    @BeforeEach
    void start() {
        start(TestSettings.devices(2));
    }

    private void start(VirtualSettings settings) {
        bus = ScriptedChip.bus(settings);
        server = UsbIpServer.start(bus, ANY, log::add);
    }

    @AfterEach
    void stop() {
        server.close();
        bus.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("USB/IP") || name.startsWith("virtual Coral"));
    }

    private UsbIpClient attached() throws IOException {
        return UsbIpClient.attached(server.address(), "1-1");
    }

    /** The scalar core may run: 64 bits to address 0x44018. */
    private static UsbIpClient run(UsbIpClient client) throws IOException {
        assertThat(client.control(0x40, 0, 0x4018, 4, 8, new byte[] {1, 0, 0, 0, 0, 0, 0, 0})
                        .status())
                .isZero();
        return client;
    }

    private static void send(UsbIpClient client, int tag, byte[] bytes) throws IOException {
        byte[] header = {(byte) bytes.length, (byte) (bytes.length >> 8), 0, 0, (byte) tag, 0, 0, 0};
        int first = client.write(header);
        assertThat(client.await(first).length()).isEqualTo(8);
        assertThat(client.await(client.write(bytes)).length()).isEqualTo(bytes.length);
    }

    private static byte[] infer(UsbIpClient client, byte... input) throws IOException {
        int output = client.read(1, 1024);
        int event = client.read(2, 16);
        send(client, 0, ScriptedChip.program('I', input.length, 'O', input.length, 'E', 0));
        send(client, 1, input);
        assertThat(client.await(event).data()).hasSize(16).contains(4);
        return client.await(output).data();
    }

    @Test
    void theListSaysWhatThereIs() throws IOException {
        List<Described> devices = UsbIpClient.list(server.address());
        assertThat(devices).extracting(Described::busId).containsExactly("1-1", "1-2");
        assertThat(devices.get(0)).satisfies(device -> {
            assertThat(device.vendor()).isEqualTo(0x18d1);
            assertThat(device.product()).isEqualTo(0x9302);
            assertThat(device.speed()).isEqualTo(5);
            assertThat(device.interfaces()).containsExactly(0xffffff);
        });
    }

    @Test
    void anAttachedDeviceAnswersDescriptorsRegistersAndInferences() throws IOException {
        try (UsbIpClient client = run(attached())) {
            assertThat(client.control(0x80, 6, 0x0100, 0, 8).data()).hasSize(8).startsWith(18, 1, 0, 3);
            assertThat(client.control(0x80, 6, 0x0100, 0, 18).data()).hasSize(18);
            assertThat(client.control(0x80, 6, 0x0200, 0, 4096).data()).hasSize(9 + 9 + 4 * 13);
            assertThat(client.control(0x00, 9, 1, 0, 0).status()).isZero();
            run(client); // the first look of above was a reset
            assertThat(client.control(0xc0, 1, 0xa318, 1, 4).data()).containsExactly(0, 0, 0xa0, 0);
            assertThat(infer(client, (byte) 7, (byte) 8)).containsExactly(7, 8);
        }
    }

    @Test
    void whatTheDeviceDoesNotHaveStalls() throws IOException {
        try (UsbIpClient client = attached()) {
            assertThat(client.await(client.read(4, 100)).status()).isEqualTo(UsbIpClient.EPIPE);
            assertThat(client.await(client.submit(false, 2, 3, 0, new byte[3])).status())
                    .isEqualTo(UsbIpClient.EPIPE);
            assertThat(client.control(0x80, 99, 0, 0, 8).status()).isEqualTo(UsbIpClient.EPIPE);
            assertThat(client.control(0xa1, 3, 0, 0, 6).status()).isEqualTo(UsbIpClient.EPIPE);
            assertThat(client.control(0x80, 6, 0x0100, 0, 18).status()).isZero();
        }
    }

    @Test
    void aWaitingReadIsTakenBack() throws IOException {
        try (UsbIpClient client = run(attached())) {
            int first = client.read(1, 1024);
            int second = client.read(1, 1024);
            assertThat(client.await(client.unlink(second)).status()).isEqualTo(UsbIpClient.ECONNRESET);
            assertThat(client.await(client.unlink(first)).status()).isEqualTo(UsbIpClient.ECONNRESET);
            assertThat(infer(client, (byte) 7)).containsExactly(7);
            // nothing came for those that were taken back, or the client would have complained of a second answer
            int done = client.read(2, 16);
            send(client, 0, ScriptedChip.program('E', 0));
            assertThat(client.await(done).status()).isZero();
            assertThat(client.await(client.unlink(done)).status()).isZero();
            assertThat(client.await(client.unlink(123456)).status()).isZero();
        }
    }

    @Test
    void unlinksThatRaceWithAnswersAreAnsweredOneWayOrTheOther() throws IOException {
        try (UsbIpClient client = run(attached())) {
            for (int i = 0; i < 500; i++) {
                int event = client.read(2, 16);
                byte[] program = ScriptedChip.program('E', 0);
                client.await(client.write(new byte[] {(byte) program.length, 0, 0, 0, 0, 0, 0, 0}));
                int write = client.write(program);
                int unlink = client.unlink(event);
                if (client.await(unlink).status() == 0) {
                    assertThat(client.await(event).data()).hasSize(16);
                } else {
                    assertThat(client.await(client.read(2, 16)).data()).hasSize(16);
                }
                client.await(write);
            }
        }
    }

    @Test
    void answersOfAnEndpointComeInOrder() throws IOException {
        try (UsbIpClient client = run(attached())) {
            List<Integer> reads = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                reads.add(client.read(1, 1024));
            }
            byte[] program = ScriptedChip.program('O', 50 * 1024, 'E', 0);
            client.write(new byte[] {(byte) program.length, 0, 0, 0, 0, 0, 0, 0});
            client.write(program);
            List<Integer> answered = new ArrayList<>();
            while (answered.size() < 50) {
                Reply reply = client.next();
                if (reply.data().length == 1024) {
                    answered.add(reply.sequence());
                }
            }
            assertThat(answered).isEqualTo(reads);
        }
    }

    @Test
    void aDeviceServesOneHostAndTheNextWhenThatIsGone() throws IOException, InterruptedException {
        try (UsbIpClient first = run(attached());
                UsbIpClient second = new UsbIpClient(server.address())) {
            assertThat(second.attach("1-1")).isEqualTo(2);
            try (UsbIpClient other = run(UsbIpClient.attached(server.address(), "1-2"))) {
                first.read(1, 1024);
                send(first, 0, ScriptedChip.program('I', 100, 'O', 1, 'E', 0));
                assertThat(infer(other, (byte) 3)).containsExactly(3);
                assertThat(server.hosts()).isEqualTo(2);
            }
        }
        awaitNoHosts();
        try (UsbIpClient next = run(attached())) {
            assertThat(infer(next, (byte) 4)).containsExactly(4);
        }
        assertThat(log).anyMatch(line -> line.contains("asked for 1-1, which is in use"));
    }

    private void awaitNoHosts() throws InterruptedException {
        while (server.hosts() > 0) {
            Thread.sleep(5);
        }
    }

    @Test
    void whatIsNotThereIsRefused() throws IOException {
        for (String busId : new String[] {"1-3", "", "x".repeat(32), "1-1 "}) {
            try (UsbIpClient client = new UsbIpClient(server.address())) {
                assertThat(client.attach(busId)).isEqualTo(4);
            }
        }
    }

    @Test
    void aBootLoaderComesBackAsTheApplicationOnTheSameConnection() throws IOException {
        stop();
        start(TestSettings.boot());
        assertThat(UsbIpClient.list(server.address()).get(0).interfaces()).containsExactly(0xfe0102);
        try (UsbIpClient client = attached()) {
            int block = 0;
            for (int left = 10_783; left > 0; left -= 256) {
                int length = Math.min(left, 256);
                assertThat(client.control(0x21, Dfu.DNLOAD, block++, 0, length, new byte[length])
                                .status())
                        .isZero();
                assertThat(client.control(0xa1, Dfu.GETSTATUS, 0, 0, 6).data()[4])
                        .isEqualTo((byte) 5);
            }
            assertThat(client.control(0x21, Dfu.DNLOAD, block, 0, 0).status()).isZero();
            assertThat(client.control(0xa1, Dfu.GETSTATUS, 0, 0, 6).data()[4]).isEqualTo((byte) 2);
            assertThat(client.control(0x80, 6, 0x0100, 0, 18).data()).contains(0x1a, 0x6e, 0x08);
            byte[] device = client.control(0x80, 6, 0x0100, 0, 8).data(); // what Linux asks after a reset
            assertThat(device).hasSize(8);
            assertThat(client.control(0x80, 6, 0x0100, 0, 18).data()).contains(0xd1, 0x18, 0x02, 0x93);
            assertThat(infer(run(client), (byte) 9)).containsExactly(9);
            assertThat(client.control(0x23, 3, 4, 1, 0).status()).isZero(); // what others send
            assertThat(infer(run(client), (byte) 9)).containsExactly(9);
        }
        assertThat(UsbIpClient.list(server.address()).get(0).product()).isEqualTo(0x9302);
    }

    @Test
    void aHostThatIsTooGreedyIsToldSo() throws IOException {
        try (UsbIpClient client = attached()) {
            List<Integer> reads = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                reads.add(client.read(1, 16 << 20));
            }
            assertThat(client.await(reads.get(4)).status()).isEqualTo(-12);
            assertThat(client.await(client.unlink(reads.get(0))).status()).isEqualTo(UsbIpClient.ECONNRESET);
        }
    }

    @Test
    void aPortThatIsTakenOrForbiddenOrNobodysIsBadInput() throws IOException {
        assertThatThrownBy(() -> UsbIpServer.start(bus, server.address(), log::add))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("port " + server.address().getPort())
                .hasMessageContaining("--port");
        assertThatThrownBy(() -> UsbIpServer.start(bus, new InetSocketAddress("192.0.2.1", 3240), log::add))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("192.0.2.1");
        assertThatThrownBy(() -> UsbIpServer.start(bus, new InetSocketAddress("no.such.host.invalid", 1), log::add))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("no.such.host.invalid");
    }

    @Test
    void anUnpluggedDeviceEndsTheConnection() throws IOException {
        try (UsbIpClient client = run(attached())) {
            int read = client.read(1, 1024);
            bus.close();
            assertThat(client.await(read).status()).isEqualTo(-19);
            assertThatThrownBy(client::next).isInstanceOf(IOException.class);
        }
        assertThat(UsbIpClient.list(server.address())).isEmpty();
    }
}
