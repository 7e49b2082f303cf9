package org.tensorizer.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.tensorizer.model.Operator;
import org.tensorizer.model.TfliteModel;
import org.tensorizer.network.Network;
import org.tensorizer.network.lift.LiftCheck;
import org.tensorizer.network.lift.Lifted;

class LiftedWrittenBackTest {
    @Test
    void changesOfTheLiftedModelAreSeen() {
        Network network =
                Network.of(TfliteModel.read(Path.of("fixtures/templates/dense_256_uint8_per_channel_edgetpu.tflite")));
        byte[] lifted = Lifted.of(network, false).alone();
        assertThat(LiftCheck.of(network, lifted).roundTrip()).isZero();
        TfliteModel model = TfliteModel.parse("lifted", lifted);
        Operator layer = model.operators().stream()
                .filter(o -> o.name().equals("FULLY_CONNECTED"))
                .findFirst()
                .orElseThrow();
        lifted[model.tensors().get(layer.inputs().get(1)).data().start() + 777] ^= 1;
        assertThat(LiftCheck.of(network, lifted).roundTrip()).isEqualTo(1);
    }
}
